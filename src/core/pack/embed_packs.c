/* embed_packs.c — build-time tool: writes an assembler file that puts pack files into the program as struct pack_file.
 *
 *   embed_packs ROOT OUT FILE…     FILEs are relative to ROOT and sorted by the caller. */
#include <stdio.h>
#include <string.h>

/* The name goes into an assembler string: nothing that would need escaping. */
static int name_is_plain(const char *name)
{
	return name[0] && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./") == strlen(name);
}

int main(int argc, char **argv)
{
	FILE *out = argc > 2 ? fopen(argv[2], "w") : NULL;
	if (!out) {
		fprintf(stderr, "usage: embed_packs ROOT OUT FILE...\n");
		return 2;
	}
	fprintf(out, "\t.section .rodata\n");
	for (int i = 3; i < argc; i++) {
		if (!name_is_plain(argv[i])) {
			fprintf(stderr, "embed_packs: %s: plain names only\n", argv[i]);
			return 1;
		}
		fprintf(out, ".Lname%d:\t.asciz \"%s\"\n.Lfile%d:\t.incbin \"%s/%s\"\n.Lend%d:\t.byte 0\n", i, argv[i], i, argv[1], argv[i], i);
	}
	fprintf(out, "\t.balign 8\n\t.globl PACK_EMBEDDED_N\nPACK_EMBEDDED_N:\t.quad %d\n", argc - 3);
	fprintf(out, "\t.section .data.rel.ro,\"aw\"\n\t.balign 8\n\t.globl PACK_EMBEDDED\nPACK_EMBEDDED:\n");
	for (int i = 3; i < argc; i++)
		fprintf(out, "\t.quad .Lname%d, %zu, .Lfile%d, .Lend%d - .Lfile%d\n", i, strlen(argv[i]), i, i, i);
	fprintf(out, "\t.section .note.GNU-stack,\"\",%%progbits\n");
	return fclose(out) == 0 ? 0 : 1;
}
