/* font_data.h — files embedded in the program: four faces and the colour profile (data/README.md has the licences). */
#pragma once
#include <stddef.h>

struct font_data { const unsigned char *bytes, *end; };
extern const struct font_data font_data[4]; /* regular, bold, italic, bold italic */
extern const struct font_data srgb_profile;
