#define _GNU_SOURCE
#include "CFileSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RECODE_RENAME_EXCHANGE (1 << 1)

int recode_exchange_names(const char *first, const char *second) {
#ifdef SYS_renameat2
  return (int)syscall(SYS_renameat2, AT_FDCWD, first, AT_FDCWD, second, RECODE_RENAME_EXCHANGE);
#else
  errno = EINVAL;
  return -1;
#endif
}
