/* qr.c — a text as a QR code in the page: runs of dark modules on whole pixels of a box of 200, so that no seams show. */
#include "filing/filing_internal.h"
#include "filing/filing_views.h"
#include <qrencode.h>

#define BOX 200
#define QUIET 4

static void run(struct html_out *o, int unit, int from, int x, int y, int n)
{
	struct arena *a = o->b->a;
	filing_qr_run(o, str_fmt(a, "%d", from + x * unit), str_fmt(a, "%d", from + y * unit), str_fmt(a, "%d", n * unit), str_fmt(a, "%d", unit));
}

void filing_qr(struct html_out *o, struct str text)
{
	QRcode *q = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M);
	if (!q)
		return;
	int unit = BOX / (q->width + 2 * QUIET), from = (BOX - q->width * unit) / 2;
	unit = unit > 0 ? unit : 1;
	filing_qr_begin(o);
	for (int y = 0; y < q->width; y++)
		for (int x = 0, n; x < q->width; x += n) {
			for (n = 1; x + n < q->width && ((q->data[y * q->width + x] ^ q->data[y * q->width + x + n]) & 1) == 0;)
				n++;
			if (q->data[y * q->width + x] & 1)
				run(o, unit, from, x, y, n);
		}
	filing_qr_end(o);
	QRcode_free(q);
}
