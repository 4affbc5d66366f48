/* pdf_report.h — a judgement as JSON, to go from the process that read the file to the server. */
#pragma once
#include "sign/pdf_verify.h"

void pdf_report_write(struct buf *b, const struct pdf_report *r);
/* Strings lie in `a`. False when it is not what pdf_report_write() writes; certificates and tokens are not carried. */
bool pdf_report_read(struct arena *a, struct str json, struct pdf_report *out) MUST_CHECK;

/* What the process is asked: anchors as PEM (empty: none is trusted), and when. */
struct pdf_question { struct str signers, stamps; struct instant now; };
struct str pdf_question_write(struct arena *a, const struct pdf_question *q);
/* The process's side: question and file in, pdf_report_write() out. ERR_INVALID: the question cannot be read. */
bool pdf_question_answer(struct arena *a, struct str question, struct str pdf, struct buf *out, struct err *e) MUST_CHECK;
