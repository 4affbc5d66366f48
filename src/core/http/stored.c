/* stored.c — an answer as it is kept with its key, and taken from there. */
#include "core/http/exchange.h"

/* "status redirect_n type_n memo_n body_n answered\n" and the four texts. */
struct str answer_store(struct request *r)
{
	struct buf b = buf_on(r->env.arena);
	buf_fmt(&b, "%d %zu %zu %zu %zu %d\n", r->status, r->redirect.n, r->type.n, r->memo.n, r->body.n, r->answered);
	buf_put(&b, r->redirect);
	buf_put(&b, r->type);
	buf_put(&b, r->memo);
	buf_put(&b, buf_str(&r->body));
	return buf_str(&b);
}

static bool take_number(struct str *rest, char end, size_t *out)
{
	struct str part;
	int64_t v = 0;
	if (!str_next(rest, end, &part) || !str_to_i64(part, &v) || v < 0)
		return false;
	*out = (size_t)v;
	return true;
}

bool answer_restore(struct request *r, struct str s, struct err *e)
{
	size_t v[6];
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		if (!take_number(&s, i + 1 < ARRAY_LEN(v) ? ' ' : '\n', &v[i]))
			return err_set(e, ERR_INTERNAL, "stored answer is ill-formed");
	if (s.n != v[1] + v[2] + v[3] + v[4])
		return err_set(e, ERR_INTERNAL, "stored answer is cut");
	r->status = (int)v[0];
	r->redirect = str_dup(r->env.arena, str_sub(s, 0, v[1]));
	r->type = str_dup(r->env.arena, str_sub(s, v[1], v[2]));
	r->memo = str_dup(r->env.arena, str_sub(s, v[1] + v[2], v[3]));
	r->body.n = 0;
	buf_put(&r->body, str_sub(s, v[1] + v[2] + v[3], v[4]));
	r->answered = v[5] != 0;
	r->replayed = true;
	return true;
}
