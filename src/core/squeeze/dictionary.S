	.section .rodata
	.global squeeze_dictionary_1, squeeze_dictionary_1_end
	.balign 16
squeeze_dictionary_1:
	.incbin DICTIONARY_1
squeeze_dictionary_1_end:
	.byte 0
	.section .note.GNU-stack, "", %progbits
