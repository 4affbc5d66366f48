/* http_testing.h — a request in, an answer out, through the same code path, without a socket.
 *
 *   struct http_test *t = http_test_new(a, &cfg);           // cfg as for http_start; no listener is opened
 *   struct test_answer x = http_test_send(t, &(struct test_request){.method = HTTP_POST, .path = "/ho-so",
 *           .actor = &citizen, .form = "title=a&due=25%2F11%2F2026"});
 *   EXPECT_INT(x.status, 303);
 *
 * Used by slice tests. Not for production: linked by test programs only. */
#pragma once
#include "core/http/http.h"

struct http_test;

struct test_request {
	enum http_method method;
	const char *path;           /* with the query */
	const struct actor *actor;  /* NULL: http_hooks.authenticate decides; else signed in as that one */
	bool bearer;                /* actor came with an API token, not a cookie */
	const char *form;           /* urlencoded body */
	const char *json;           /* JSON body */
	struct str body;            /* any body, with `type` */
	const char *type;
	const char *const *headers; /* "Name", "value", …, NULL */
	const char *cookie;
	bool no_csrf;               /* leave the token out, to see it refused */
	const char *address;        /* "192.0.2.1" unless given */
	size_t chunk;               /* bytes of body per piece, 0: all at once */
};

struct test_answer {
	int status;
	struct str type, body, location, headers; /* headers: "Name: value\n" each */
};

/* Stops the test when the tables are wrong. `a` must outlive it. */
struct http_test *http_test_new(struct arena *a, const struct http_config *cfg);
void http_test_free(struct http_test *t);
struct test_answer http_test_send(struct http_test *t, const struct test_request *q);
/* A header of the answer, or empty. */
struct str test_header(const struct test_answer *x, const char *name);
/* The value of a hidden or text input named so in an HTML answer, or empty: to post a form that was shown. */
struct str test_input_value(struct arena *a, const struct test_answer *x, const char *name);
