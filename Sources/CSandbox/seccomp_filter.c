// The system-call filter of the policy's code: what a Python block that only computes never needs, and what
// would let it start programs, talk to anything, or reach into other processes, is refused with EPERM.
//
// The worker installs it on itself after its own start, so that even `execve`, which starting it needs, is gone
// by the time the policy's first statement runs.

#include "CSandbox.h"

#include <asm/unistd.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>

#if defined(__x86_64__)
#define NATIVE_ARCHITECTURE AUDIT_ARCH_X86_64
#define X32_BIT 0x40000000U
#elif defined(__aarch64__)
#define NATIVE_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "The sandbox knows the system calls of x86_64 and aarch64 only."
#endif

static const unsigned int refused[] = {
// New processes, threads and programs.
#ifdef __NR_fork
    __NR_fork,
#endif
#ifdef __NR_vfork
    __NR_vfork,
#endif
    __NR_clone, __NR_execve, __NR_execveat,
    // Other processes.
    __NR_kill, __NR_tkill, __NR_tgkill, __NR_rt_sigqueueinfo, __NR_rt_tgsigqueueinfo, __NR_ptrace,
    __NR_process_vm_readv, __NR_process_vm_writev, __NR_kcmp,
#ifdef __NR_pidfd_open
    __NR_pidfd_open, __NR_pidfd_send_signal,
#endif
#ifdef __NR_pidfd_getfd
    __NR_pidfd_getfd,
#endif
#ifdef __NR_process_madvise
    __NR_process_madvise,
#endif
    // Network, and every other kind of socket.
    __NR_socket, __NR_socketpair,
    // Memory that no limit on the address space counts.
    __NR_memfd_create, __NR_shmget, __NR_shmat, __NR_msgget, __NR_semget, __NR_mq_open,
#ifdef __NR_memfd_secret
    __NR_memfd_secret,
#endif
    // File systems and namespaces.
    __NR_mount, __NR_umount2, __NR_pivot_root, __NR_chroot, __NR_unshare, __NR_setns, __NR_name_to_handle_at,
    __NR_open_by_handle_at, __NR_fanotify_init, __NR_quotactl, __NR_swapon, __NR_swapoff,
#ifdef __NR_open_tree
    __NR_open_tree, __NR_move_mount, __NR_fsopen, __NR_fsconfig, __NR_fsmount, __NR_fspick,
#endif
#ifdef __NR_mount_setattr
    __NR_mount_setattr,
#endif
    // Parts of the kernel with a history of holes.
    __NR_bpf, __NR_perf_event_open, __NR_add_key, __NR_request_key, __NR_keyctl,
#ifdef __NR_userfaultfd
    __NR_userfaultfd,
#endif
#ifdef __NR_io_uring_setup
    __NR_io_uring_setup, __NR_io_uring_enter, __NR_io_uring_register,
#endif
    // The machine itself.
    __NR_reboot, __NR_kexec_load, __NR_init_module, __NR_finit_module, __NR_delete_module, __NR_acct,
    __NR_syslog, __NR_settimeofday, __NR_clock_settime, __NR_adjtimex, __NR_clock_adjtime, __NR_sethostname,
    __NR_setdomainname, __NR_personality,
#ifdef __NR_kexec_file_load
    __NR_kexec_file_load,
#endif
#ifdef __NR_iopl
    __NR_iopl, __NR_ioperm,
#endif
};

// Ways to put characters into a terminal's input.
static const unsigned int refused_ioctls[] = {TIOCSTI, TIOCLINUX};

#define REFUSED_COUNT (sizeof refused / sizeof refused[0])
#define REFUSED_IOCTL_COUNT (sizeof refused_ioctls / sizeof refused_ioctls[0])

enum { CAPACITY = 16 + 2 * (REFUSED_COUNT + REFUSED_IOCTL_COUNT) };

struct program {
    struct sock_filter steps[CAPACITY];
    size_t count;
};

static void add(struct program *program, struct sock_filter step) { program->steps[program->count++] = step; }

static void load(struct program *program, size_t offset) {
    add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned int)offset));
}

static void answer(struct program *program, unsigned int action) {
    add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

static void answer_when_equal(struct program *program, unsigned int value, unsigned int action) {
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
    answer(program, action);
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
#ifdef __NR_clone3
    // Its arguments cannot be seen from here. "Not there" makes libraries fall back to clone.
    answer_when_equal(&program, __NR_clone3, SECCOMP_RET_ERRNO | ENOSYS);
#endif
    for (size_t i = 0; i < REFUSED_COUNT; i++) {
        answer_when_equal(&program, refused[i], SECCOMP_RET_ERRNO | EPERM);
    }
    add(&program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_ioctl, 1, 0));
    answer(&program, SECCOMP_RET_ALLOW);
    // The request is an int: its low half, which comes first on these little-endian machines.
    load(&program, offsetof(struct seccomp_data, args[1]));
    for (size_t i = 0; i < REFUSED_IOCTL_COUNT; i++) {
        answer_when_equal(&program, refused_ioctls[i], SECCOMP_RET_ERRNO | EPERM);
    }
    answer(&program, SECCOMP_RET_ALLOW);

    const size_t size = program.count * sizeof program.steps[0];
    if (size <= capacity) memcpy(filter, program.steps, size);
    return size;
}
