/* qr.c — a text as a QR code in the page: runs of dark modules, scaled to a box of 200. */
#include "filing/filing_internal.h"
#include "filing/filing_views.h"
#include <qrencode.h>

#define BOX 200.0
#define QUIET 4

static void run(struct html_out *o, double unit, int x, int y, int n)
{
	struct arena *a = o->b->a;
	filing_qr_run(o, str_fmt(a, "%.3f", (x + QUIET) * unit), str_fmt(a, "%.3f", (y + QUIET) * unit), str_fmt(a, "%.3f", n * unit),
	              str_fmt(a, "%.3f", unit));
}

void filing_qr(struct html_out *o, struct str text)
{
	QRcode *q = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M);
	if (!q)
		return;
	double unit = BOX / (q->width + 2 * QUIET);
	filing_qr_begin(o);
	for (int y = 0; y < q->width; y++)
		for (int x = 0, n; x < q->width; x += n) {
			for (n = 1; x + n < q->width && ((q->data[y * q->width + x] ^ q->data[y * q->width + x + n]) & 1) == 0;)
				n++;
			if (q->data[y * q->width + x] & 1)
				run(o, unit, x, y, n);
		}
	filing_qr_end(o);
	QRcode_free(q);
}
