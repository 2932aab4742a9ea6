"""Which system calls a kernel may make: a list, as a program for Linux's seccomp. What is not on it does not exist.

The program is made here, by libseccomp, and loaded by each kernel before a stranger's code runs (inside/confine). It
makes nothing smaller than what Python, NumPy, PyTorch and matplotlib use, and leaves out what could make memory that
nobody counts, reach another kernel, or reach seldom used parts of Linux.
"""

import errno
import platform
import tempfile
from functools import cache

from autograding.messages import _
from autograding.sandbox.bubblewrap import SandboxMissing

ALLOWED = """
read write pread64 pwrite64 readv writev preadv pwritev preadv2 pwritev2 sendfile copy_file_range lseek
open openat openat2 creat close close_range dup dup2 dup3 pipe pipe2 ioctl
stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 readlink readlinkat getdents getdents64
getcwd chdir fchdir mkdir mkdirat rmdir rename renameat renameat2 link linkat unlink unlinkat symlink symlinkat
chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat umask utime utimes utimensat futimesat
truncate ftruncate fallocate fsync fdatasync sync_file_range fadvise64 readahead
getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr
munmap mprotect mremap msync mincore madvise brk membarrier pkey_alloc pkey_free pkey_mprotect
get_mempolicy
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait rt_sigqueueinfo rt_tgsigqueueinfo
sigaltstack kill tkill tgkill pause alarm getitimer setitimer signalfd signalfd4 pidfd_open pidfd_send_signal
timer_create timer_settime timer_gettime timer_getoverrun timer_delete timerfd_create timerfd_settime timerfd_gettime
nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time times adjtimex clock_adjtime
select pselect6 poll ppoll epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_wait epoll_wait_old epoll_pwait
epoll_pwait2 eventfd eventfd2 futex futex_waitv get_robust_list set_robust_list rseq restart_syscall
fork vfork execve execveat exit exit_group wait4 waitid set_tid_address gettid getpid getppid
getpgid setpgid getpgrp getsid setsid getpriority ioprio_get ioprio_set
sched_yield sched_getaffinity sched_setaffinity sched_getparam sched_getscheduler sched_getattr
sched_get_priority_max sched_get_priority_min sched_rr_get_interval getcpu
getuid geteuid getgid getegid getgroups getresuid getresgid setuid setgid setresuid setresgid setreuid setregid
capget arch_prctl set_thread_area get_thread_area
getrlimit setrlimit prlimit64 getrusage sysinfo uname getrandom
socketpair bind connect listen accept accept4 getsockname getpeername getsockopt shutdown
sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg
""".split()
# Refused with "not permitted"; all else that is not allowed "does not exist", so that libraries do without it.
REFUSED = """
mount umount2 pivot_root chroot unshare setns open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr
ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd perf_event_open bpf
keyctl add_key request_key userfaultfd seccomp capset sethostname setdomainname
sched_setscheduler sched_setattr sched_setparam
""".split()
ARE_FLAGS_OF_NAMESPACES = 0x7E020080  # sched.h: new time, mount, cgroup, uts, ipc, user, pid, net namespaces
SHARED, PRIVATE, ANONYMOUS, HUGE = 0x01, 0x02, 0x20, 0x40000  # sys/mman.h
# fcntl.h: copies of descriptors, flags, a process's locks of records, owners, seals. Not a pipe's size, leases, locks
# that belong to no process, notes on folders.
FILE_COMMANDS = (*range(12), 15, 16, 1030, 1032, 1033, 1034)
SET_DUMPABLE = 4  # sys/prctl.h
UNIX, INET, INET6 = 1, 2, 10  # sys/socket.h
SOCKET_LEVEL = 1
# sys/socket.h: options that take no memory.
SOCKET_OPTIONS = (1, 2, 3, 4, 5, 6, 9, 10, 12, 13, 15, 16, 18, 19, 20, 21, 29, 30, 35, 37, 66, 67)
# Their buffers stay as they are: larger ones are memory of a process that nobody counts. It says that it did it.
SOCKET_BUFFERS = (7, 8)


@cache
def program() -> bytes:
    """The filter for this machine's processor, in the form that Linux loads. Raises SandboxMissing."""
    try:
        from pyseccomp import ALLOW, EQ, ERRNO, MASKED_EQ, NE, Arg, SyscallFilter, resolve_syscall, system_arch
    except (ImportError, RuntimeError, OSError) as error:
        raise SandboxMissing(
            _(
                "libseccomp cannot be loaded ({error}), so strangers' notebooks cannot run safely. Install it "
                "(Debian, Ubuntu: apt install libseccomp2; Fedora: dnf install libseccomp; Arch: pacman -S libseccomp)"
            ).format(error=error)
        ) from error

    rules = SyscallFilter(ERRNO(errno.ENOSYS))

    def add(action, name, *arguments):
        if resolve_syscall(system_arch(), name) >= 0:  # otherwise this processor or libseccomp does not know it
            rules.add_rule(action, name, *arguments)

    for name in ALLOWED:
        add(ALLOW, name)
    for name in REFUSED:
        add(ERRNO(errno.EPERM), name)
    # Threads and processes, but no namespace. clone3 has its flags in memory, where no filter sees them: the C library
    # then takes clone.
    flags = 1 if platform.machine() == "s390x" else 0
    add(ALLOW, "clone", Arg(flags, MASKED_EQ, ARE_FLAGS_OF_NAMESPACES, 0))
    # Memory that is shared and has no file is on no list once it is dropped from a process's own.
    for name in ("mmap", "mmap2"):
        add(ALLOW, name, Arg(3, MASKED_EQ, ANONYMOUS | HUGE, 0))
        add(ALLOW, name, Arg(3, MASKED_EQ, SHARED | PRIVATE | HUGE, PRIVATE))
    for name in ("fcntl", "fcntl64"):
        for command in FILE_COMMANDS:
            add(ALLOW, name, Arg(1, EQ, command))
    # Who must not be looked at cannot be counted.
    add(ALLOW, "prctl", Arg(0, NE, SET_DUMPABLE))
    for family in (UNIX, INET, INET6):
        add(ALLOW, "socket", Arg(0, EQ, family))
    # Priorities are the watcher's.
    add(ERRNO(0), "setpriority")
    # Nobody else has these files, so a lock is had at once. Real ones would be seen by other kernels.
    add(ERRNO(0), "flock")
    add(ALLOW, "setsockopt", Arg(1, NE, SOCKET_LEVEL))
    for option in SOCKET_OPTIONS:
        add(ALLOW, "setsockopt", Arg(1, EQ, SOCKET_LEVEL), Arg(2, EQ, option))
    for option in SOCKET_BUFFERS:
        add(ERRNO(0), "setsockopt", Arg(1, EQ, SOCKET_LEVEL), Arg(2, EQ, option))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
