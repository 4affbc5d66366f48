#include "core/pdf/font_data.h"

#define EMBED(name, file)                                                                                            \
	__asm__(".pushsection .rodata\n.balign 16\n.global " #name "\n" #name ":\n.incbin \"" PDF_DATA_DIR "/" file  \
	        "\"\n.global " #name "_end\n" #name "_end:\n.byte 0\n.popsection\n");                                 \
	extern const unsigned char name[], name##_end[];

EMBED(pdf_face_regular, "LiberationSerif-Regular.ttf")
EMBED(pdf_face_bold, "LiberationSerif-Bold.ttf")
EMBED(pdf_face_italic, "LiberationSerif-Italic.ttf")
EMBED(pdf_face_bold_italic, "LiberationSerif-BoldItalic.ttf")
EMBED(pdf_srgb, "sRGB.icc")

const struct font_data font_data[4] = {
	{pdf_face_regular, pdf_face_regular_end},
	{pdf_face_bold, pdf_face_bold_end},
	{pdf_face_italic, pdf_face_italic_end},
	{pdf_face_bold_italic, pdf_face_bold_italic_end},
};
const struct font_data srgb_profile = {pdf_srgb, pdf_srgb_end};
