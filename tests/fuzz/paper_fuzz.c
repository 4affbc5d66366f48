/* paper_fuzz.c — a paper's template and data. 't': the rest is a template, drawn with data of every shape. 'd': the rest is
 * data for a template with every block. Data of any shape gives a document. */
#include "tests/fuzz/fuzz.h"
#include "paper/paper.h"

static const char every_block[] =
	"{\"format\": 1, \"set\": \"F\", \"code\": \"f\", \"title\": \"F\", \"source\": \"f\", \"certainty\": \"text\", \"page\": {\"size\": \"A5\""
	", \"margins\": [20, 15, 20, 30]}, \"font\": 11, \"values\": {\"v\": {\"by\": \"kind\", \"of\": {\"x\": \"X\"}, \"else\": \"{a|date}"
	"\"}}, \"blocks\": [{\"block\": \"text\", \"text\": \"{a} {b.c|upper} {n|money} {n|words} {v}\", \"align\": \"justify\", \"inde"
	"nt\": 10}, {\"block\": \"columns\", \"widths\": [40, 60], \"keep\": 20, \"columns\": [[{\"block\": \"text\", \"text\": \"{t}\"}],"
	" [{\"block\": \"qr\", \"text\": \"{a}\", \"mm\": 20}, {\"block\": \"space\", \"mm\": 3}]]}, {\"block\": \"each\", \"items\": \"list\","
	" \"empty\": 2, \"blocks\": [{\"block\": \"text\", \"text\": \"{name} {.}\", \"when\": \"name\"}]}, {\"block\": \"table\", \"items\":"
	" \"rows\", \"empty\": 1, \"columns\": [{\"head\": \"H\", \"width\": 50, \"text\": \"{a}\"}, {\"head\": \"K\", \"width\": 50, \"text\":"
	" \"{b}\", \"align\": \"right\"}]}, {\"block\": \"grid\", \"items\": \"grid\", \"columns\": \"columns\", \"widths\": \"widths\", \"row"
	"s\": \"rows\"}, {\"block\": \"text\", \"text\": \"{s}\", \"unless\": \"a\", \"rule\": 5}]}";
static const char every_shape[] = "{\"a\":\"x\",\"b\":{\"c\":[1,2.5,null,true,{\"d\":\"đ\"}],\"e\":{}},\"n\":-9007199254740993,\"t\":[[],{}],\"s\":\"\"}";

static json_t *parse(struct str s)
{
	return json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	if (n < 2 || n > 8192)
		return 0;
	AUTO_ARENA a = arena_new(0);
	struct err e = {0};
	struct buf b = buf_on(a);
	bool template = bytes[0] == 't';
	json_t *own = parse((struct str){(const char *)bytes + 1, n - 1});
	json_t *other = parse(str_from(template ? every_shape : every_block));
	CHECK(other != NULL);
	if (own) {
		bool ok = paper_render(template ? own : other, template ? other : own, (struct instant){1770253500000}, pdf_sink_buf(&b), &e);
		CHECK(ok || template);
		CHECK(!ok || (b.n > 5 && str_starts(buf_str(&b), STR("%PDF-"))));
		CHECK(ok || e.text[0]);
	}
	json_decref(own);
	json_decref(other);
	return 0;
}
