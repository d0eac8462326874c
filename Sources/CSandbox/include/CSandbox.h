#ifndef RECODE_CSANDBOX_H
#define RECODE_CSANDBOX_H
#include <stddef.h>
#include <stdint.h>
#endif
