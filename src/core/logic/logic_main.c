/* logic_main.c — logic_command as a program of its own, for the test that compares it with json-logic-js. */
#include "core/logic/logic.h"

int main(int argc, char **argv) { return logic_command(argc, argv); }
