#include "CSandbox.h"

#include <sys/wait.h>

enum recode_sandbox_ending recode_sandbox_peek_ending(pid_t child, int *number) {
    siginfo_t info = {0};
    if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != child) {
        return RECODE_SANDBOX_UNKNOWN;
    }
    *number = info.si_status;
    return info.si_code == CLD_EXITED ? RECODE_SANDBOX_EXITED : RECODE_SANDBOX_KILLED;
}
