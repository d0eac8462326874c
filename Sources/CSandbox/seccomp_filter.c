// The system-call filter of the policy's code: what CPython and its standard library need to compute, and
// nothing else. Every other call is refused with EPERM.
//
// The list was measured by tracing CPython 3.11 to 3.13 with the modules of the standard library that
// compute. The worker installs the filter on itself after its own start, so that even `execve`, which starting
// it needs, is gone by the time the policy's first statement runs.
//
// A filter sees the halves of 64-bit arguments. Where the kernel takes an int, the low half is what it takes.

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "CSandbox.h"

#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#if defined(__x86_64__)
#define NATIVE_ARCHITECTURE AUDIT_ARCH_X86_64
#define X32_BIT 0x40000000U
#elif defined(__aarch64__)
#define NATIVE_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "The sandbox knows the system calls of x86_64 and aarch64 only."
#endif

// Calls that are allowed whatever their arguments. Some in conditions: aarch64 has only the newer one of two.
static const unsigned int allowed[] = {
    // What is open: the line to the host, the standard files, and files of the read-only root.
    __NR_read, __NR_readv, __NR_pread64, __NR_write, __NR_writev, __NR_close, __NR_lseek, __NR_dup, __NR_dup3,
#ifdef __NR_dup2
    __NR_dup2,
#endif
    // Names of files: no such call changes one (open: by argument).
    __NR_newfstatat, __NR_fstat, __NR_statx, __NR_readlinkat, __NR_faccessat, __NR_getdents64,
    __NR_getcwd, __NR_chdir, __NR_fchdir,
#ifdef __NR_open
    __NR_stat, __NR_lstat, __NR_readlink, __NR_access,
#endif
#ifdef __NR_faccessat2
    __NR_faccessat2,
#endif
    // Memory, within the limit on the address space (mmap and madvise: by argument).
    __NR_brk, __NR_munmap, __NR_mprotect, __NR_mremap, __NR_msync,
    // Waiting: for time, for what is open, for a signal of its own.
    __NR_nanosleep, __NR_clock_nanosleep, __NR_ppoll, __NR_pselect6, __NR_restart_syscall, __NR_sched_yield,
    __NR_rt_sigtimedwait, __NR_rt_sigsuspend,
#ifdef __NR_poll
    __NR_poll, __NR_select, __NR_pause,
#endif
    // Its own signals and the one timer of each kind that a process has.
    __NR_rt_sigaction, __NR_rt_sigprocmask, __NR_rt_sigreturn, __NR_rt_sigpending, __NR_sigaltstack,
    __NR_setitimer, __NR_getitimer,
#ifdef __NR_alarm
    __NR_alarm,
#endif
    // Clocks and chance.
    __NR_clock_gettime, __NR_clock_getres, __NR_gettimeofday, __NR_times, __NR_getrandom,
#ifdef __NR_time
    __NR_time,
#endif
    // What it is told about itself and the machine.
    __NR_getpid, __NR_gettid, __NR_getppid, __NR_getpgid, __NR_getsid, __NR_getuid, __NR_geteuid, __NR_getgid,
    __NR_getegid, __NR_getresuid, __NR_getresgid, __NR_getgroups, __NR_getrusage, __NR_uname, __NR_sysinfo,
    __NR_getcpu,
#ifdef __NR_getpgrp
    __NR_getpgrp,
#endif
    // Its own limits, which a process without capabilities can only lower (prlimit64: by argument).
#ifdef __NR_getrlimit
    __NR_getrlimit, __NR_setrlimit,
#endif
    // Its end.
    __NR_exit, __NR_exit_group,
};

// Commands of fcntl on descriptors. No owner, signal, lease, lock, notification or pipe size: those reach
// other processes, the host's files or memory that no limit counts.
static const unsigned int descriptor_commands[] = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL};

// Requests of ioctl: whether this is a terminal, what can be read, and flags of the descriptor.
static const unsigned int descriptor_requests[] = {TCGETS, FIONREAD, FIOCLEX, FIONCLEX, FIONBIO};

// Advice that only says how the process's own memory is used. Huge pages, pages merged with those of others,
// pages filled ahead and reclaim are no business of its.
static const unsigned int memory_advice[] = {
    MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_DONTNEED, MADV_FREE, MADV_DONTFORK, MADV_DOFORK,
    MADV_NOHUGEPAGE, MADV_DONTDUMP, MADV_DODUMP};

// Locks of its own memory. One in a page of a file would be shared with everybody who maps that file.
static const unsigned int lock_operations[] = {
    FUTEX_WAIT_PRIVATE, FUTEX_WAKE_PRIVATE, FUTEX_REQUEUE_PRIVATE, FUTEX_CMP_REQUEUE_PRIVATE,
    FUTEX_WAKE_OP_PRIVATE, FUTEX_WAIT_BITSET_PRIVATE, FUTEX_WAKE_BITSET_PRIVATE,
    FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME};

// "This process" where a process is named by its number.
static const unsigned int itself[] = {0};

// Flags of mmap that take memory otherwise than page by page as it is used; and shared maps, whose pages stay when all but
// one of them are given back, so that the limit on the address space does not count them.
#define REFUSED_MAP_FLAGS (MAP_SHARED | MAP_HUGETLB | MAP_LOCKED | MAP_POPULATE | MAP_GROWSDOWN)
// Flags of an open file that send signals, or keep the disk busy past the cache.
#define REFUSED_FILE_FLAGS (O_ASYNC | O_DIRECT)

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

enum { CAPACITY = 512 };

struct program {
    struct sock_filter steps[CAPACITY];
    size_t count;
};

static void add(struct program *program, struct sock_filter step) {
    if (program->count < CAPACITY) program->steps[program->count++] = step;
}

static void load(struct program *program, size_t offset) {
    add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned int)offset));
}

/// The low half of an argument, which comes first on these little-endian machines.
static void load_argument(struct program *program, int number) {
    load(program, offsetof(struct seccomp_data, args) + (size_t)number * sizeof(uint64_t));
}

static void answer(struct program *program, unsigned int action) {
    add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

static void answer_when_equal(struct program *program, unsigned int value, unsigned int action) {
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
    answer(program, action);
}

static void answer_unless_any(struct program *program, unsigned int bits, unsigned int action) {
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 1, 0));
    answer(program, action);
}

/// Begins what only `call` gets to. Whoever calls this ends it.
static size_t begin(struct program *program, unsigned int call) {
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 0));
    return program->count;
}

/// Ends what `begin` began: whatever has not been answered is refused, and other calls go on from here.
static void end(struct program *program, size_t start) {
    answer(program, SECCOMP_RET_ERRNO | EPERM);
    program->steps[start - 1].jf = (uint8_t)(program->count - start);
}

static void allow_values(
    struct program *program, unsigned int call, int argument, const unsigned int *values, size_t count) {
    const size_t start = begin(program, call);
    load_argument(program, argument);
    for (size_t i = 0; i < count; i++) answer_when_equal(program, values[i], SECCOMP_RET_ALLOW);
    end(program, start);
}

static void allow_fcntl(struct program *program) {
    const size_t start = begin(program, __NR_fcntl);
    load_argument(program, 1);
    for (size_t i = 0; i < COUNT(descriptor_commands); i++) {
        answer_when_equal(program, descriptor_commands[i], SECCOMP_RET_ALLOW);
    }
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, F_SETFL, 1, 0));
    answer(program, SECCOMP_RET_ERRNO | EPERM);
    load_argument(program, 2);
    answer_unless_any(program, REFUSED_FILE_FLAGS, SECCOMP_RET_ALLOW);
    end(program, start);
}

/// Opening a file. What is opened for writing meets a read-only mount.
static void allow_open(struct program *program, unsigned int call, int flags) {
    const size_t start = begin(program, call);
    load_argument(program, flags);
    answer_unless_any(program, REFUSED_FILE_FLAGS, SECCOMP_RET_ALLOW);
    end(program, start);
}

static void allow_mmap(struct program *program) {
    const size_t start = begin(program, __NR_mmap);
    load_argument(program, 3);
    answer_unless_any(program, REFUSED_MAP_FLAGS, SECCOMP_RET_ALLOW);
    end(program, start);
}

size_t recode_sandbox_filter(uint8_t *filter, size_t capacity) {
    struct program program = {.count = 0};
    load(&program, offsetof(struct seccomp_data, arch));
    add(&program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCHITECTURE, 1, 0));
    answer(&program, SECCOMP_RET_KILL_PROCESS);
    load(&program, offsetof(struct seccomp_data, nr));
#ifdef X32_BIT
    add(&program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1));
    answer(&program, SECCOMP_RET_KILL_PROCESS);
#endif
    for (size_t i = 0; i < COUNT(allowed); i++) answer_when_equal(&program, allowed[i], SECCOMP_RET_ALLOW);
#ifdef __NR_clone3
    // Its arguments cannot be seen from here. "Not there" makes libraries fall back to clone: refused.
    answer_when_equal(&program, __NR_clone3, SECCOMP_RET_ERRNO | ENOSYS);
#endif
    allow_open(&program, __NR_openat, 2);
#ifdef __NR_open
    allow_open(&program, __NR_open, 1);
#endif
    allow_mmap(&program);
    allow_values(&program, __NR_madvise, 2, memory_advice, COUNT(memory_advice));
    allow_values(&program, __NR_futex, 1, lock_operations, COUNT(lock_operations));
    allow_values(&program, __NR_ioctl, 1, descriptor_requests, COUNT(descriptor_requests));
    allow_fcntl(&program);
    // Another process's limits are not its to set, nor to ask for: answers tell which processes there are.
    allow_values(&program, __NR_prlimit64, 0, itself, COUNT(itself));
    allow_values(&program, __NR_sched_getaffinity, 0, itself, COUNT(itself));
    answer(&program, SECCOMP_RET_ERRNO | EPERM);

    const size_t size = program.count * sizeof program.steps[0];
    if (size <= capacity) memcpy(filter, program.steps, size);
    return size;
}
