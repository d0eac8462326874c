#include "CSandbox.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

int recode_sandbox_send_descriptors(int socket, const int *descriptors, size_t count) {
    char byte = 'x';
    struct iovec data = {.iov_base = &byte, .iov_len = 1};
    _Alignas(struct cmsghdr) char space[CMSG_SPACE(RECODE_SANDBOX_MOST_DESCRIPTORS * sizeof(int))] = {0};
    if (count > RECODE_SANDBOX_MOST_DESCRIPTORS) return E2BIG;
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = space, .msg_controllen = CMSG_SPACE(count * sizeof(int))};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(header), descriptors, count * sizeof(int));
    return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) == 1 ? 0 : errno;
}
