/* sink_web.c — /thu-mau: the mails that the demonstration's sink has caught, for whoever tries it. Elsewhere there is no such
 * page: addresses, codes and all would be open to everybody. */
#include "core/mail/mail.h"
#include "core/page/page.h"
#include "notify/internal.h"
#include "notify/notify_views.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHOWN 200
#define MAIL_MAX ((size_t)1 << 20)

static bool read_mail(struct arena *a, int64_t n, struct mail_message *out)
{
	int fd = open(str_fmt(a, "%.*s/%06lld.eml", STR_ARG(notify_have()->sink_dir), (long long)n).p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	if (fd < 0)
		return false;
	bool ok = fstat(fd, &st) == 0 && st.st_size > 0 && (size_t)st.st_size <= MAIL_MAX;
	size_t size = ok ? (size_t)st.st_size : 0;
	char *bytes = arena_alloc(a, size + 1);
	ok = ok && read(fd, bytes, size) == (ssize_t)size;
	close(fd);
	if (!ok || !mail_parse(a, (struct str){bytes, size}, out))
		return false;
	out->at = (struct instant){(int64_t)st.st_mtim.tv_sec * 1000};
	return true;
}

static bool list_page(struct request *r, struct err *e)
{
	struct arena *a = r->env.arena;
	struct sink_mail *v = NEW_ARRAY(a, SHOWN, struct sink_mail);
	size_t n = 0;
	if (!notify_have()->sink_dir.n)
		return err_set(e, ERR_NOT_FOUND, "no demonstration");
	for (int64_t i = mail_sink_last(notify_have()->sink_dir.p); i > 0 && n < SHOWN; i--) {
		struct mail_message m;
		if (read_mail(a, i, &m))
			v[n++] = (struct sink_mail){.url = str_fmt(a, "/thu-mau/%lld", (long long)i), .to = m.to, .subject = m.subject, .at = m.at};
	}
	struct html_out o = page_out(r);
	notify_sink_list(&o, v, n);
	return page_answer(r);
}

static bool mail_page(struct request *r, struct err *e)
{
	struct mail_message m;
	int64_t n = 0;
	if (!notify_have()->sink_dir.n || !req_param_id(r, "n", &n) || !read_mail(r->env.arena, n, &m))
		return err_set(e, ERR_NOT_FOUND, "no such mail");
	struct html_out o = page_out(r);
	notify_sink_mail(&o, &(struct sink_mail){.to = m.to, .subject = m.subject, .text = m.text, .at = m.at});
	return page_answer(r);
}

static const struct route routes[] = {
	{.method = HTTP_GET, .path = "/thu-mau", .page = list_page, .allow = ALLOW_ALL, .api = "NONE: only in the demonstration"},
	{.method = HTTP_GET, .path = "/thu-mau/:n", .page = mail_page, .allow = ALLOW_ALL, .api = "NONE: only in the demonstration"},
};
const struct route_table notify_routes = {"notify", routes, ARRAY_LEN(routes)};
