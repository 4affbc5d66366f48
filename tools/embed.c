/* embed.c — build tool: writes a file as a C array. embed INPUT OUTPUT NAME
 *
 * The result defines `const unsigned char NAME[]` and `const size_t NAME_size` (a NUL follows, not counted). */
#include <stdio.h>

static int embed(FILE *in, FILE *out, const char *name)
{
	unsigned long n = 0;
	fprintf(out, "#include <stddef.h>\nextern const unsigned char %s[];\nextern const size_t %s_size;\n"
		     "const unsigned char %s[] = {", name, name, name);
	for (int c = getc(in); c != EOF; c = getc(in))
		fprintf(out, n++ % 24 ? "%d," : "\n%d,", c);
	fprintf(out, "0};\nconst size_t %s_size = %lu;\n", name, n);
	return ferror(in) || ferror(out);
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fputs("usage: embed INPUT OUTPUT NAME\n", stderr);
		return 2;
	}
	FILE *in = fopen(argv[1], "rb"), *out = in ? fopen(argv[2], "wb") : NULL;
	if (!out) {
		perror(in ? argv[2] : argv[1]);
		if (in)
			fclose(in);
		return 1;
	}
	int failed = embed(in, out, argv[3]);
	fclose(in);
	return fclose(out) != 0 || failed;
}
