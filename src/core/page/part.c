/* part.c — see part.h: each part is one block of memory, header, key, mark and text, wiped as one. */
#include "core/page/part.h"
#include "core/base/keep.h"
#include "core/crypto/crypto.h"
#include <stdlib.h>

struct part { struct keep_item item; struct str text; size_t size; char bytes[]; };

static struct keep *parts; /* set once, as part.h says */
static _Atomic int64_t shown, made;

static void free_part(struct keep_item *x)
{
	struct part *p = (struct part *)x;
	crypto_wipe(p, p->size);
	free(p);
}

void page_parts_open(size_t bytes)
{
	CHECK(parts == NULL);
	parts = keep_new(bytes, free_part);
	atomic_store(&shown, 0);
	atomic_store(&made, 0);
}

void page_parts_close(void)
{
	keep_free(parts);
	parts = NULL;
}

static struct str key_of(struct request *r, const struct page_part *p)
{
	return str_fmt(r->env.arena, "%s:%lld:%d", p->name, (long long)p->subject, (int)r->env.lang);
}

bool page_part_show(struct request *r, struct html_out *o, const struct page_part *p)
{
	struct keep_item *x = parts ? keep_find(parts, key_of(r, p), &p->mark, r->env.now.ms) : NULL;
	if (!x)
		return false;
	buf_put(o->b, ((struct part *)x)->text);
	keep_drop(x);
	atomic_fetch_add(&shown, 1);
	return true;
}

static struct str put(struct part *x, size_t *at, struct str s)
{
	struct str out = {x->bytes + *at, s.n};
	memcpy(x->bytes + *at, s.p, s.n);
	*at += s.n;
	return out;
}

void page_part_keep(struct request *r, struct html_out *o, const struct page_part *p, size_t from)
{
	struct str key = key_of(r, p), text = str_sub(buf_str(o->b), from, o->b->n - from);
	size_t size = sizeof(struct part) + key.n + p->mark.n + text.n, at = 0;
	if (!parts || !text.n)
		return;
	struct part *x = calloc(1, size);
	CHECK(x != NULL);
	*x = (struct part){.size = size, .item = {.subject = p->subject, .bytes = size}};
	x->item.key = put(x, &at, key);
	x->item.revision = put(x, &at, p->mark);
	x->text = put(x, &at, text);
	keep_drop(keep_put(parts, &x->item, r->env.now.ms));
	atomic_fetch_add(&made, 1);
}

void page_parts_forget(int64_t subject)
{
	if (parts)
		keep_forget(parts, subject);
}

void page_parts_age(struct instant now)
{
	if (parts)
		keep_age(parts, now.ms - PAGE_PARTS_MS);
}

struct page_parts_count page_parts_count(void)
{
	struct keep_count c = parts ? keep_count(parts) : (struct keep_count){0};
	return (struct page_parts_count){(int64_t)c.n, (int64_t)c.bytes, atomic_load(&shown), atomic_load(&made)};
}
