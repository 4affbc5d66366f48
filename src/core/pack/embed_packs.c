/* embed_packs.c — build-time tool: writes an assembler file that puts pack files into the program as struct pack_file.
 *
 *   embed_packs NAME ROOT OUT FILE…     NAME and NAME_N are the symbols; FILEs are relative to ROOT and sorted by the caller. */
#include <stdio.h>
#include <string.h>

/* The name goes into an assembler string: nothing that would need escaping. */
static int name_is_plain(const char *name)
{
	return name[0] && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./") == strlen(name);
}

int main(int argc, char **argv)
{
	FILE *out = argc > 3 ? fopen(argv[3], "w") : NULL;
	if (!out) {
		fprintf(stderr, "usage: embed_packs NAME ROOT OUT FILE...\n");
		return 2;
	}
	fprintf(out, "\t.section .rodata\n");
	for (int i = 4; i < argc; i++) {
		if (!name_is_plain(argv[i])) {
			fprintf(stderr, "embed_packs: %s: plain names only\n", argv[i]);
			return 1;
		}
		fprintf(out, ".Lname%d:\t.asciz \"%s\"\n.Lfile%d:\t.incbin \"%s/%s\"\n.Lend%d:\t.byte 0\n", i, argv[i], i, argv[2], argv[i], i);
	}
	fprintf(out, "\t.balign 8\n\t.globl %s_N\n%s_N:\t.quad %d\n", argv[1], argv[1], argc - 4);
	fprintf(out, "\t.section .data.rel.ro,\"aw\"\n\t.balign 8\n\t.globl %s\n%s:\n", argv[1], argv[1]);
	for (int i = 4; i < argc; i++)
		fprintf(out, "\t.quad .Lname%d, %zu, .Lfile%d, .Lend%d - .Lfile%d\n", i, strlen(argv[i]), i, i, i);
	fprintf(out, "\t.section .note.GNU-stack,\"\",%%progbits\n");
	return fclose(out) == 0 ? 0 : 1;
}
