/* era.c — see era.h. */
#include "era/era.h"
#include <string.h>

#define FORMAT_NEWEST 1

static const char *const NAMES[ERA_COMPONENTS + 1] = {
	[ERA_DECREE] = "decree",
	[ERA_FORM_SET] = "form-set",
	[ERA_CODE_SCHEME] = "code-scheme",
	[ERA_ONLINE_LEVELS] = "online-levels",
	[ERA_AREA_TREE] = "area-tree",
	[ERA_SYSTEM_NAME] = "system-name",
	[ERA_NUCLEAR_LAW] = "nuclear-law",
	[ERA_AUTHORITY] = "authority",
};
static const char *const TRANSITIONS[] = {"keep", "adopt", NULL};
static const char *const CERTAINTIES[] = {"text", "secondary", "unconfirmed", NULL};


/* Ids go into era_format's text: no space, no '='. */
static bool is_version_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == '=' || s.p[i] == 127)
			return false;
	return s.n > 0 && s.n <= 40;
}

static struct era_version read_version(struct pack_node n)
{
	static const char *const keys[] = {"id", "title", "valid_from", "valid_to", "source", "certainty", "transition", "values", "notes", NULL};
	pack_only_keys(n, keys);
	struct era_version v = {.from = {INT32_MIN}, .to = {INT32_MAX}};
	v.id = pack_text(n, "id", PACK_REQUIRED);
	v.title = pack_text(n, "title", PACK_REQUIRED);
	v.source = pack_text(n, "source", PACK_REQUIRED);
	v.values = pack_raw(n, "values");
	pack_day(n, "valid_from", false, &v.from);
	pack_day(n, "valid_to", true, &v.to);
	int transition = pack_word(n, "transition", TRANSITIONS), certainty = pack_word(n, "certainty", CERTAINTIES);
	if (transition < 0 || certainty < 0)
		pack_fault(n, "transition and certainty must not be null");
	v.transition = transition == ERA_ADOPT ? ERA_ADOPT : ERA_KEEP;
	v.certainty = certainty < 0 ? ERA_UNCONFIRMED : (enum era_certainty)certainty;
	if (!is_version_id(v.id))
		pack_fault(n, "id must be 1 to 40 bytes without spaces and '='");
	if (v.from.day > v.to.day)
		pack_fault(n, "valid_from is after valid_to");
	return v;
}

/* Every day has exactly one version. */
static void check_chain(struct pack_node list, const struct era_version *v, size_t n)
{
	if (n == 0) {
		pack_fault(list, "must have a version");
		return;
	}
	if (v[0].from.day != INT32_MIN || v[n - 1].to.day != INT32_MAX)
		pack_fault(list, "the first version must begin with null and the last end with null");
	for (size_t i = 1; i < n; i++) {
		if (v[i].from.day == INT32_MIN || v[i - 1].to.day == INT32_MAX || v[i].from.day != v[i - 1].to.day + 1)
			pack_fault(pack_item(list, i), "must begin the day after the version before it ends");
		for (size_t k = 0; k < i; k++)
			if (str_eq(v[i].id, v[k].id))
				pack_fault(pack_item(list, i), "id is used twice");
	}
}

static void read_component(struct arena *a, struct pack_node root, struct eras *out)
{
	static const char *const keys[] = {"format", "component", "title", "versions", "notes", NULL};
	pack_only_keys(root, keys);
	int c = pack_word(root, "component", NAMES);
	if (c < 0) {
		pack_fault(root, "component is not known");
		return;
	}
	if (out->component[c].n) {
		pack_fault(root, "component %s is in two files", NAMES[c]);
		return;
	}
	size_t n = 0;
	struct pack_node list = pack_list(root, "versions", &n);
	struct era_version *v = NEW_ARRAY(a, n + 1, struct era_version);
	for (size_t i = 0; i < n; i++)
		v[i] = read_version(pack_item(list, i));
	check_chain(list, v, n);
	out->component[c].list = v;
	out->component[c].n = n;
}

bool eras_read(struct arena *a, const struct pack *p, struct pack_report *r, struct eras *out)
{
	*out = (struct eras){0};
	size_t before = r->faults;
	for (size_t i = 0; i < p->n; i++) {
		if (!str_starts(p->files[i].name, STR("eras/")))
			continue;
		AUTO_PACK_JSON tree = NULL;
		struct pack_node root;
		if (pack_parse(r, p->files[i], FORMAT_NEWEST, &tree, &root))
			read_component(a, root, out);
	}
	for (int c = 0; c < ERA_COMPONENTS; c++)
		if (!out->component[c].n)
			pack_fault((struct pack_node){.file = STR("eras/"), .pointer = STR(""), .report = r}, "component %s is missing", NAMES[c]);
	return r->faults == before;
}

static const struct era_version *version_on(const struct eras *eras, int c, struct date day)
{
	const struct era_version *v = eras->component[c].list;
	size_t i = 0;
	while (v[i].to.day < day.day)
		i++;
	return &v[i];
}

struct rule_set era_resolve(const struct eras *eras, struct date day) { return era_resolve_open(eras, day, day); }

struct rule_set era_resolve_open(const struct eras *eras, struct date received, struct date today)
{
	if (today.day < received.day)
		today = received; /* a clock that was set back */
	struct rule_set set;
	for (int c = 0; c < ERA_COMPONENTS; c++) {
		const struct era_version *v = version_on(eras, c, received), *now = version_on(eras, c, today);
		/* Each border crossed is asked by the version that ends there. */
		while (v != now && v->transition == ERA_ADOPT)
			v++;
		set.version[c] = v;
	}
	return set;
}

const struct era_version *era_find(const struct eras *eras, enum era_component c, struct str id)
{
	for (size_t i = 0; i < eras->component[c].n; i++)
		if (str_eq(eras->component[c].list[i].id, id))
			return &eras->component[c].list[i];
	return NULL;
}

struct str era_format(struct arena *a, const struct rule_set *set)
{
	struct buf b = buf_on(a);
	for (int c = 0; c < ERA_COMPONENTS; c++)
		buf_fmt(&b, "%s%s=%.*s", c ? " " : "", NAMES[c], STR_ARG(set->version[c]->id));
	return buf_str(&b);
}

static int component_named(struct str name)
{
	for (int c = 0; c < ERA_COMPONENTS; c++)
		if (str_eq(name, str_from(NAMES[c])))
			return c;
	return -1;
}

bool era_parse(const struct eras *eras, struct str text, struct rule_set *out)
{
	*out = (struct rule_set){0};
	struct str part;
	while (str_next(&text, ' ', &part)) {
		ptrdiff_t eq = str_find_char(part, '=');
		int c = eq < 0 ? -1 : component_named(str_sub(part, 0, (size_t)eq));
		if (c < 0 || out->version[c])
			return false;
		out->version[c] = era_find(eras, (enum era_component)c, str_sub(part, (size_t)eq + 1, part.n));
	}
	for (int c = 0; c < ERA_COMPONENTS; c++)
		if (!out->version[c])
			return false;
	return true;
}
