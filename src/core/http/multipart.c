/* multipart.c — see multipart.h.
 *
 * States: BOUNDARY looks for "--boundary" at a line start, AFTER reads "\r\n" or "--", HEAD gathers part headers until an
 * empty line, DATA passes bytes on until "\r\n--boundary". The last bytes that could begin a delimiter stay in `held`. */
#include "core/http/multipart.h"
#include "core/http/text.h"
#include <string.h>

#define HEAD_MAX 4096
#define BOUNDARY_MAX 70
#define NAME_MAX_BYTES 200

struct multipart {
	struct arena *a;
	const struct multipart_limits *limits;
	struct multipart_sink sink;
	enum { BOUNDARY, AFTER, HEAD, DATA, END } state;
	char mark[BOUNDARY_MAX + 5]; /* \r\n--boundary */
	size_t n_mark, match;
	char head[HEAD_MAX];
	size_t n_head;
	struct str name;
	struct buf value;
	size_t values;
	unsigned files, parts;
	struct upload *up;
	size_t left_after;
	char after[2];
};

bool multipart_new(struct multipart **out, struct arena *a, struct str boundary, const struct multipart_limits *l,
                   struct multipart_sink sink, struct err *e)
{
	if (boundary.n == 0 || boundary.n > BOUNDARY_MAX || str_find_char(boundary, '\r') >= 0 || str_find_char(boundary, '\n') >= 0)
		return err_set(e, ERR_INVALID, "multipart boundary of %zu bytes", boundary.n);
	struct multipart *m = NEW(a, struct multipart);
	*m = (struct multipart){.a = a, .limits = l, .sink = sink};
	memcpy(m->mark, "\r\n--", 4);
	memcpy(m->mark + 4, boundary.p, boundary.n);
	m->n_mark = boundary.n + 4;
	m->match = 2; /* the first delimiter needs no line break before it */
	*out = m;
	return true;
}

/* ---- files ---- */

static struct str base_name(struct str s)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == '/' || s.p[i - 1] == '\\')
			return str_sub(s, i, s.n);
	return s;
}

/* Cut at most n bytes without splitting a character. */
static struct str cut_utf8(struct str s, size_t n)
{
	if (s.n <= n)
		return s;
	while (n > 0 && ((unsigned char)s.p[n] & 0xC0U) == 0x80U)
		n--;
	return str_sub(s, 0, n);
}

/* Signs that are not seen and turn or hide what is: "ho-so\u202Efdp.docx" would be read as "ho-soxcod.pdf". U+200B–200F, 202A–202E, 2060–2069, FEFF. */
static size_t unseen_len(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	if (s.n < 3)
		return 0;
	bool general = p[0] == 0xE2 && p[1] == 0x80 && ((p[2] >= 0x8B && p[2] <= 0x8F) || (p[2] >= 0xAA && p[2] <= 0xAE));
	bool isolates = p[0] == 0xE2 && p[1] == 0x81 && p[2] >= 0xA0 && p[2] <= 0xA9;
	return general || isolates || (p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF) ? 3 : 0;
}

struct str upload_clean_name(struct arena *a, struct str sent)
{
	struct buf b = buf_on(a);
	struct str s = base_name(sent);
	if (!str_is_utf8(s))
		s = STR_NONE;
	for (size_t i = 0, unseen; i < s.n; i += unseen ? unseen : 1) {
		unseen = unseen_len(str_sub(s, i, s.n));
		if (!unseen && (unsigned char)s.p[i] >= ' ' && s.p[i] != 0x7F && !strchr("<>:\"|?*", s.p[i]))
			buf_char(&b, s.p[i]);
	}
	s = str_trim(buf_str(&b));
	while (s.n && s.p[0] == '.')
		s = str_sub(s, 1, s.n);
	s = cut_utf8(s, NAME_MAX_BYTES);
	return s.n ? str_dup(a, s) : STR("file");
}

static bool file_begin(struct multipart *m, struct str sent, struct str type, struct err *e)
{
	if (!m->limits->blobs)
		return err_set(e, ERR_INVALID, "a file on a route that takes none");
	if (++m->files > m->limits->files_max)
		return err_set(e, ERR_TOO_LARGE, "more than %u files", m->limits->files_max);
	struct upload *u = NEW(m->a, struct upload);
	if (!blob_writer_new(&u->file, m->limits->blobs, e))
		return err_wrap(e, "an upload");
	u->field = m->name;
	u->name = upload_clean_name(m->a, sent);
	u->type = type;
	m->up = u;
	return true;
}

static bool data(struct multipart *m, const char *p, size_t n, struct err *e)
{
	if (n == 0)
		return true;
	if (m->up) {
		m->up->size += (int64_t)n;
		if ((size_t)m->up->size > m->limits->file_max)
			return err_set(e, ERR_TOO_LARGE, "a file over %zu bytes", m->limits->file_max);
		return blob_writer_add(m->up->file, (struct str){p, n}, e) || err_wrap(e, "an upload");
	}
	m->values += n;
	if (m->values > m->limits->value_max)
		return err_set(e, ERR_TOO_LARGE, "form values over %zu bytes", m->limits->value_max);
	buf_put(&m->value, (struct str){p, n});
	return true;
}

static bool part_end(struct multipart *m, struct err *e)
{
	struct upload *u = m->up;
	if (!u) {
		m->sink.value(m->sink.ctx, m->name, buf_str(&m->value));
		return true;
	}
	if (!blob_writer_end(u->file, e))
		return err_wrap(e, "an upload");
	u->plain = blob_writer_plain(u->file);
	m->up = NULL;
	m->sink.file(m->sink.ctx, u);
	return true;
}

/* ---- part headers ---- */

/* The headers of a part are complete in head[]. */
static bool part_begin(struct multipart *m, struct err *e)
{
	if (++m->parts > m->limits->parts_max)
		return err_set(e, ERR_TOO_LARGE, "more than %u parts", m->limits->parts_max);
	struct str rest = {m->head, m->n_head}, line, disposition = STR_NONE, type = STR_NONE, file;
	while (str_next(&rest, '\n', &line)) {
		ptrdiff_t colon = str_find_char(line, ':');
		struct str name = colon < 0 ? STR_NONE : str_trim(str_sub(line, 0, (size_t)colon));
		struct str value = colon < 0 ? STR_NONE : str_trim(str_sub(line, (size_t)colon + 1, line.n));
		if (str_eq_nocase(name, STR("content-disposition")))
			disposition = value;
		if (str_eq_nocase(name, STR("content-type")))
			type = str_dup(m->a, value);
	}
	if (!str_eq_nocase(text_main_value(disposition), STR("form-data")) ||
	    !text_parameter(m->a, disposition, "name", &m->name) || m->name.n == 0 || m->name.n > NAME_MAX_BYTES)
		return err_set(e, ERR_INVALID, "multipart part without a usable name");
	m->value = buf_on(m->a);
	/* filename* is not allowed in form-data (RFC 7578 §4.2) and is ignored. */
	if (text_parameter(m->a, disposition, "filename", &file))
		return file_begin(m, file, type, e);
	return true;
}

static bool head_ended(const struct multipart *m)
{
	struct str h = {m->head, m->n_head};
	return str_ends(h, STR("\r\n\r\n")) || str_eq(h, STR("\r\n"));
}

static bool head_byte(struct multipart *m, char c, struct err *e)
{
	if (m->n_head == HEAD_MAX)
		return err_set(e, ERR_INVALID, "multipart headers over %d bytes", HEAD_MAX);
	m->head[m->n_head++] = c;
	if (!head_ended(m))
		return true;
	m->state = DATA;
	m->match = 0;
	return part_begin(m, e);
}

/* ---- the delimiter ---- */

static bool after_byte(struct multipart *m, char c, struct err *e)
{
	if (m->left_after == 2 && (c == ' ' || c == '\t'))
		return true;
	m->after[2 - m->left_after] = c;
	if (--m->left_after > 0)
		return true;
	if (memcmp(m->after, "--", 2) == 0) {
		m->state = END;
		return true;
	}
	if (memcmp(m->after, "\r\n", 2) != 0)
		return err_set(e, ERR_INVALID, "multipart boundary without line end");
	m->state = HEAD;
	m->n_head = 0;
	return true;
}

static bool delimiter_found(struct multipart *m, struct err *e)
{
	bool ok = m->state != DATA || part_end(m, e);
	m->state = AFTER;
	m->left_after = 2;
	return ok;
}

/* Bytes of DATA (or of the preamble) from p. Returns how many were used: up to the end of a delimiter or all of them.
 * "\r" occurs in the mark only at its start, so that after a mismatch only the present byte can begin a new match. */
static bool scan(struct multipart *m, const char *p, size_t n, size_t *used, struct err *e)
{
	bool keep = m->state == DATA;
	size_t from = 0; /* first byte not yet given on */
	size_t held = m->match;
	for (size_t i = 0; i < n; i++) {
		if (m->match == 0) {
			const char *cr = memchr(p + i, '\r', n - i);
			if (!cr)
				break;
			i = (size_t)(cr - p);
		}
		if (p[i] == m->mark[m->match]) {
			if (++m->match < m->n_mark)
				continue;
			if (keep && i + 1 > m->n_mark - held && !data(m, p + from, i + 1 - from - (m->n_mark - held), e))
				return false;
			*used = i + 1;
			m->match = 0;
			return delimiter_found(m, e);
		}
		/* Not a delimiter: bytes held back from an earlier piece are data after all. */
		if (keep && held && !data(m, m->mark, held, e))
			return false;
		held = 0;
		m->match = p[i] == '\r' ? 1 : 0;
	}
	size_t tail = m->match - held; /* bytes of this piece that may begin a delimiter */
	*used = n;
	return !keep || data(m, p + from, n - from - tail, e);
}

bool multipart_feed(struct multipart *m, const char *p, size_t n, struct err *e)
{
	while (n > 0) {
		size_t used = 1;
		bool ok = true;
		switch (m->state) {
		case BOUNDARY:
		case DATA: ok = scan(m, p, n, &used, e); break;
		case AFTER: ok = after_byte(m, *p, e); break;
		case HEAD: ok = head_byte(m, *p, e); break;
		case END: return true; /* an epilogue is allowed and means nothing */
		}
		if (!ok)
			return false;
		p += used;
		n -= used;
	}
	return true;
}

bool multipart_end(struct multipart *m, struct err *e)
{
	if (m->state != END)
		return err_set(e, ERR_INVALID, "multipart body without its last boundary");
	return true;
}

void multipart_done(struct multipart *m)
{
	if (!m)
		return;
	if (m->up)
		blob_writer_free(m->up->file);
	m->up = NULL;
}
