// What the sandbox needs from the kernel and Swift cannot say: a field behind a macro, and a program for the
// kernel's system-call filter.
#ifndef RECODE_CSANDBOX_H
#define RECODE_CSANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// How a child process ended.
enum recode_sandbox_ending {
    RECODE_SANDBOX_UNKNOWN = 0,
    RECODE_SANDBOX_EXITED = 1,
    RECODE_SANDBOX_KILLED = 2,
};

/// Looks at how a child ended and leaves it to be reaped by its owner. The exit status or the signal goes to
/// `number`. (The fields of siginfo_t are macros, which Swift does not import.)
enum recode_sandbox_ending recode_sandbox_peek_ending(pid_t child, int *number);

/// Writes the system-call filter of the policy's code, an array of `struct sock_filter` (8 bytes each), to
/// `filter` and returns its size in bytes; only returns the size when `capacity` is too small for it.
size_t recode_sandbox_filter(uint8_t *filter, size_t capacity);

/// Whether the kernel lets programs be started with address randomisation off (personality(2), which Swift does
/// not import). Tries it on the calling thread and takes it back.
bool recode_sandbox_may_fix_addresses(void);

enum { RECODE_SANDBOX_MOST_DESCRIPTORS = 4 };

/// Sends one byte and `count` file descriptors over a Unix socket, without waiting for room in it. (Ancillary data
/// is laid out by macros, which Swift does not import.) Returns 0, or the error number that says why it did not go.
int recode_sandbox_send_descriptors(int socket, const int *descriptors, size_t count);

#endif
