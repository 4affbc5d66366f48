/* attrs.c — what may stand in a template: elements refused, attributes allowed, entities known. */
#include "tools/htmlgen/attrs.h"
#include <string.h>

static const struct { const char *name; enum attr_kind kind; } attrs[] = {
	{"abbr", ATTR_WORDS}, {"accept", ATTR_TEXT}, {"action", ATTR_URL}, {"allowfullscreen", ATTR_BOOL},
	{"alt", ATTR_WORDS}, {"async", ATTR_BOOL}, {"autocapitalize", ATTR_TOKEN}, {"autocomplete", ATTR_TOKEN},
	{"autofocus", ATTR_BOOL}, {"charset", ATTR_LITERAL}, {"checked", ATTR_BOOL}, {"class", ATTR_TOKEN},
	{"cite", ATTR_URL}, {"cols", ATTR_TOKEN}, {"colspan", ATTR_TOKEN}, {"content", ATTR_LITERAL},
	{"cx", ATTR_TOKEN}, {"cy", ATTR_TOKEN}, {"d", ATTR_LITERAL}, {"datetime", ATTR_TEXT}, {"defer", ATTR_BOOL},
	{"dir", ATTR_TOKEN}, {"disabled", ATTR_BOOL}, {"download", ATTR_TEXT}, {"dx", ATTR_LITERAL}, {"dy", ATTR_LITERAL},
	{"enctype", ATTR_LITERAL},
	{"enterkeyhint", ATTR_TOKEN}, {"fill", ATTR_LITERAL}, {"focusable", ATTR_LITERAL}, {"for", ATTR_TOKEN},
	{"form", ATTR_TOKEN}, {"formaction", ATTR_URL}, {"formnovalidate", ATTR_BOOL}, {"headers", ATTR_TOKEN},
	{"height", ATTR_TOKEN}, {"hidden", ATTR_BOOL}, {"high", ATTR_TOKEN}, {"href", ATTR_URL}, {"hreflang", ATTR_TOKEN},
	{"http-equiv", ATTR_LITERAL}, {"id", ATTR_TOKEN}, {"inert", ATTR_BOOL}, {"inputmode", ATTR_TOKEN},
	{"itemprop", ATTR_TOKEN}, {"itemscope", ATTR_BOOL}, {"itemtype", ATTR_LITERAL}, {"label", ATTR_WORDS},
	{"lang", ATTR_TOKEN}, {"list", ATTR_TOKEN}, {"loading", ATTR_LITERAL}, {"low", ATTR_TOKEN}, {"max", ATTR_TEXT},
	{"maxlength", ATTR_TOKEN}, {"media", ATTR_LITERAL}, {"method", ATTR_LITERAL}, {"min", ATTR_TEXT},
	{"minlength", ATTR_TOKEN}, {"multiple", ATTR_BOOL}, {"name", ATTR_TEXT}, {"novalidate", ATTR_BOOL},
	{"open", ATTR_BOOL}, {"optimum", ATTR_TOKEN}, {"pathLength", ATTR_LITERAL}, {"pattern", ATTR_TEXT},
	{"patternTransform", ATTR_LITERAL}, {"patternUnits", ATTR_LITERAL},
	{"placeholder", ATTR_WORDS}, {"points", ATTR_LITERAL}, {"poster", ATTR_URL}, {"preserveAspectRatio", ATTR_LITERAL}, {"r", ATTR_TOKEN},
	{"readonly", ATTR_BOOL}, {"rel", ATTR_LITERAL}, {"required", ATTR_BOOL}, {"reversed", ATTR_BOOL},
	{"role", ATTR_TOKEN}, {"rows", ATTR_TOKEN}, {"rowspan", ATTR_TOKEN}, {"rx", ATTR_TOKEN}, {"sandbox", ATTR_LITERAL},
	{"scope", ATTR_LITERAL}, {"selected", ATTR_BOOL}, {"size", ATTR_TOKEN}, {"sizes", ATTR_LITERAL},
	{"span", ATTR_TOKEN}, {"spellcheck", ATTR_LITERAL}, {"src", ATTR_URL}, {"start", ATTR_TOKEN}, {"step", ATTR_TOKEN},
	{"stroke", ATTR_LITERAL}, {"stroke-linecap", ATTR_LITERAL}, {"stroke-linejoin", ATTR_LITERAL},
	{"stroke-width", ATTR_LITERAL}, {"tabindex", ATTR_TOKEN}, {"target", ATTR_LITERAL},
	{"text-anchor", ATTR_LITERAL}, {"title", ATTR_WORDS},
	{"transform", ATTR_LITERAL}, {"translate", ATTR_LITERAL}, {"type", ATTR_TOKEN}, {"value", ATTR_TEXT},
	{"viewBox", ATTR_LITERAL}, {"width", ATTR_TOKEN}, {"x", ATTR_TOKEN}, {"x1", ATTR_TOKEN},
	{"x2", ATTR_TOKEN}, {"xmlns", ATTR_LITERAL}, {"y", ATTR_TOKEN}, {"y1", ATTR_TOKEN}, {"y2", ATTR_TOKEN},
};

/* ARIA attributes whose value is read aloud. */
static const char *const spoken[] = {"aria-label", "aria-description", "aria-roledescription", "aria-placeholder",
                                     "aria-valuetext"};

static bool is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-'))
			return false;
	return true;
}

enum attr_kind attr_kind(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(attrs); i++)
		if (str_eq(name, str_from(attrs[i].name)))
			return attrs[i].kind;
	for (size_t i = 0; i < ARRAY_LEN(spoken); i++)
		if (str_eq(name, str_from(spoken[i])))
			return ATTR_WORDS;
	bool free_name = str_starts(name, STR("data-")) || str_starts(name, STR("aria-"));
	return free_name && is_name(name) ? ATTR_TEXT : ATTR_REFUSED;
}

bool element_refused(struct str name)
{
	static const char *const refused[] = {"style",    "base",   "object",    "embed", "applet",   "frame", "frameset",
	                                      "noscript", "plaintext", "xmp",   "noframes", "template",
	                                      "animate",  "set",    "foreignobject", "math"};
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (str_eq_nocase(name, str_from(refused[i])))
			return true;
	return false;
}

bool entity_known(struct str name)
{
	static const char *const known[] = {"nbsp",   "amp",   "lt",   "gt",   "quot",  "ndash", "mdash",
	                                    "hellip", "middot", "times", "rarr", "larr", "rsaquo", "lsaquo", "shy"};
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_eq(name, str_from(known[i])))
			return true;
	return false;
}

/* First code point of s; malformed bytes count as themselves. */
static uint32_t first_cp(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	if (p[0] < 0xC0)
		return p[0];
	uint32_t v = p[0] & (p[0] < 0xE0 ? 0x1FU : p[0] < 0xF0 ? 0x0FU : 0x07U);
	for (size_t i = 1; i < s.n && i < 4 && p[i] >> 6 == 2; i++)
		v = v << 6 | (p[i] & 0x3FU);
	return v;
}

bool letter_at(struct str s)
{
	static const struct { uint32_t from, to; } ranges[] = {
		{'A', 'Z'}, {'a', 'z'}, {0xAA, 0xAA}, {0xB5, 0xB5}, {0xBA, 0xBA}, {0xC0, 0xD6}, {0xD8, 0xF6},
		{0xF8, 0x1FFF}, {0x2C00, 0x2DFF}, {0x3040, 0xD7FF}, {0xF900, 0xFDFF}, {0xFE70, 0xFEFE},
		{0xFF21, 0xFF3A}, {0xFF41, 0xFFDC}, {0x10000, 0x1D7CB},
	};
	uint32_t cp = first_cp(s);
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (cp >= ranges[i].from && cp <= ranges[i].to)
			return true;
	return false;
}
