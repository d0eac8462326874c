#include "CSandbox.h"

#include <sys/personality.h>

bool recode_sandbox_may_fix_addresses(void) {
    const int before = personality(0xffffffff);
    if (before == -1 || personality((unsigned long)before | ADDR_NO_RANDOMIZE) == -1) return false;
    return personality((unsigned long)before) != -1;
}
