#ifndef RECODE_CCRYPTO_SHIM_H
#define RECODE_CCRYPTO_SHIM_H

#include <openssl/evp.h>

#endif
