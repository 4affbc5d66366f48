/* asset.h — a file embedded in the program: styles, scripts, fonts, icons. The list is in "gen/assets.h". */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct asset {
	const char *path;             /* "/assets/app.3fa9c1.css" */
	const char *type;
	const unsigned char *bytes;  size_t n;
	const unsigned char *gzip;   size_t n_gzip;   /* NULL: not kept */
	const unsigned char *brotli; size_t n_brotli;
	const char *etag;             /* without quotes */
	bool forever;                 /* the name holds the hash: immutable */
};
