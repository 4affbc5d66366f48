/* p11.c — see p11.h. */
#include "sign/p11.h"
#include <dlfcn.h>
#include <string.h>

#define SLOTS_MAX 64
#define VALUE_MAX 65536

static const struct { CK_RV rv; const char *say; } words[] = {
	{CKR_TOKEN_NOT_PRESENT, "the token is away"}, {CKR_DEVICE_REMOVED, "the token was taken out"},
	{CKR_DEVICE_ERROR, "the token reports an error"}, {CKR_TOKEN_NOT_RECOGNIZED, "the token is not recognised"},
	{CKR_SESSION_HANDLE_INVALID, "the session with the token ended"}, {CKR_SESSION_CLOSED, "the session with the token ended"},
	{CKR_USER_NOT_LOGGED_IN, "the token asks for its PIN again"}, {CKR_PIN_INCORRECT, "the PIN is wrong"},
	{CKR_PIN_LOCKED, "the PIN is locked"}, {CKR_PIN_EXPIRED, "the PIN has expired"}, {CKR_PIN_LEN_RANGE, "the PIN is wrong"},
	{CKR_PIN_INVALID, "the PIN is wrong"}, {CKR_MECHANISM_INVALID, "the token cannot do this kind of signature"},
	{CKR_USER_PIN_NOT_INITIALIZED, "the token has no PIN yet"}};

static bool is_pin(CK_RV rv)
{
	return rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LOCKED || rv == CKR_PIN_EXPIRED || rv == CKR_PIN_LEN_RANGE ||
	       rv == CKR_PIN_INVALID;
}

bool p11_failed(struct p11 *p, const char *what, CK_RV rv, struct err *e)
{
	const char *say = "the token refused";
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (words[i].rv == rv)
			say = words[i].say;
	p->pin_refused = p->pin_refused || is_pin(rv);
	p11_close(p);
	return err_set(e, ERR_BUSY, "%s: %s (0x%lx)", what, say, rv);
}

bool p11_load(struct p11 *p, const char *module, struct err *e)
{
	CK_C_INITIALIZE_ARGS args = {.flags = CKF_OS_LOCKING_OK};
	*p = (struct p11){.lib = dlopen(module, RTLD_NOW | RTLD_LOCAL)};
	if (!p->lib)
		return err_set(e, ERR_BUSY, "PKCS#11 module cannot be opened: %s", dlerror());
	void *sym = dlsym(p->lib, "C_GetFunctionList");
	CK_C_GetFunctionList list = NULL;
	memcpy(&list, &sym, sizeof list); /* ISO C has no cast from object to function pointer */
	if (!list || list(&p->f) != CKR_OK || !p->f)
		return err_set(e, ERR_BUSY, "%s is no PKCS#11 module", module);
	CK_RV rv = p->f->C_Initialize(&args);
	return rv == CKR_OK || rv == CKR_CRYPTOKI_ALREADY_INITIALIZED || p11_failed(p, "C_Initialize", rv, e);
}

static bool has_label(const CK_TOKEN_INFO *info, struct str label)
{
	struct str have = {(const char *)info->label, sizeof info->label};
	while (have.n && (have.p[have.n - 1] == ' ' || !have.p[have.n - 1]))
		have.n--;
	return str_eq(have, label);
}

bool p11_slot(struct p11 *p, struct str token, CK_SLOT_ID *slot, struct err *e)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	CK_ULONG n = SLOTS_MAX;
	CK_TOKEN_INFO info;
	CK_RV rv = p->f->C_GetSlotList(CK_TRUE, slots, &n);
	if (rv != CKR_OK)
		return p11_failed(p, "slots", rv, e);
	for (CK_ULONG i = 0; i < n; i++) {
		*slot = slots[i];
		if (p->f->C_GetTokenInfo(slots[i], &info) == CKR_OK && has_label(&info, token))
			return true;
	}
	return err_set(e, ERR_BUSY, "the token %.*s is away", STR_ARG(token));
}

static bool may_try_pin(struct p11 *p, CK_SLOT_ID slot, struct err *e)
{
	CK_TOKEN_INFO info;
	CK_RV rv = p->f->C_GetTokenInfo(slot, &info);
	if (rv != CKR_OK)
		return p11_failed(p, "token", rv, e);
	if (!(info.flags & (CKF_USER_PIN_LOCKED | CKF_USER_PIN_FINAL_TRY)))
		return true;
	p->pin_refused = true;
	return err_set(e, ERR_BUSY, info.flags & CKF_USER_PIN_LOCKED ? "the PIN is locked" : "one try of the PIN is left: not taken");
}

bool p11_open(struct p11 *p, struct str token, struct str pin, struct err *e)
{
	CK_SLOT_ID slot;
	if (p->open)
		return true;
	if (!p11_slot(p, token, &slot, e) || !may_try_pin(p, slot, e))
		return false;
	CK_RV rv = p->f->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &p->session);
	if (rv != CKR_OK)
		return p11_failed(p, "session", rv, e);
	p->open = true;
	rv = p->f->C_Login(p->session, CKU_USER, (CK_UTF8CHAR *)(uintptr_t)pin.p, pin.n);
	return rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN || p11_failed(p, "PIN", rv, e);
}

void p11_close(struct p11 *p)
{
	if (p->open)
		p->f->C_CloseSession(p->session);
	p->open = false;
}

bool p11_find(struct p11 *p, CK_ATTRIBUTE *want, size_t n_want, CK_OBJECT_HANDLE *out, size_t max, size_t *n, struct err *e)
{
	CK_ULONG got = 0;
	CK_RV rv = p->f->C_FindObjectsInit(p->session, want, n_want);
	if (rv == CKR_OK)
		rv = p->f->C_FindObjects(p->session, out, max, &got);
	*n = got;
	if (rv != CKR_OK)
		return p11_failed(p, "search", rv, e);
	p->f->C_FindObjectsFinal(p->session);
	return true;
}

bool p11_read(struct p11 *p, struct arena *a, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_TYPE type, struct str *out, struct err *e)
{
	CK_ATTRIBUTE t = {type, NULL, 0};
	CK_RV rv = p->f->C_GetAttributeValue(p->session, o, &t, 1);
	if (rv != CKR_OK || t.ulValueLen > VALUE_MAX)
		return p11_failed(p, "read", rv, e);
	t.pValue = arena_alloc(a, t.ulValueLen + 1);
	rv = p->f->C_GetAttributeValue(p->session, o, &t, 1);
	*out = (struct str){t.pValue, t.ulValueLen};
	return rv == CKR_OK || p11_failed(p, "read", rv, e);
}
