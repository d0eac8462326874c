#ifndef CFILESYSTEM_H
#define CFILESYSTEM_H

// Swaps two names in one step (Linux renameat2 with RENAME_EXCHANGE), which Swift's import of the C library leaves
// out: it is declared for _GNU_SOURCE only. Returns 0, or -1 with errno; EINVAL where the file system cannot.
int recode_exchange_names(const char *first, const char *second);

#endif
