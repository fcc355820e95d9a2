/* kill-at [-s SIGNAL] [-e CALL=ERRNO]... K PROGRAM [ARGUMENT...]
 *
 * Runs PROGRAM and sends it SIGNAL (KILL) just before its K-th system call that
 * can change a file, counted over all of its threads. (strace injects signals
 * too, but counts for each thread alone, so that the K-th call of a busy thread
 * would forever hide those of the thread that commits.)
 *
 *   -e renameat2=EINVAL   that call fails so, whenever it is made
 *
 * The last line on stderr is "kill-at: N calls", or "kill-at: K-th call, NAME".
 * Exits as PROGRAM does; 128 + signal if a signal ended it. x86_64 only.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_CALL, OPENAT_CALL, OPENAT2_CALL, FD_CALL };

static struct { long number; const char *name; int kind; int error; } calls[] = {
#define CALL(name, kind) { SYS_##name, #name, kind, 0 }
    CALL(openat, OPENAT_CALL), CALL(openat2, OPENAT2_CALL), CALL(creat, PATH_CALL),
    CALL(truncate, PATH_CALL), CALL(mknodat, PATH_CALL),
    CALL(rename, PATH_CALL), CALL(renameat, PATH_CALL), CALL(renameat2, PATH_CALL),
    CALL(unlink, PATH_CALL), CALL(unlinkat, PATH_CALL), CALL(rmdir, PATH_CALL),
    CALL(mkdir, PATH_CALL), CALL(mkdirat, PATH_CALL),
    CALL(link, PATH_CALL), CALL(linkat, PATH_CALL),
    CALL(symlink, PATH_CALL), CALL(symlinkat, PATH_CALL),
    CALL(chmod, PATH_CALL), CALL(fchmodat, PATH_CALL),
    CALL(chown, PATH_CALL), CALL(lchown, PATH_CALL), CALL(fchownat, PATH_CALL),
    CALL(utimensat, PATH_CALL), CALL(fchmod, FD_CALL), CALL(fchown, FD_CALL),
    CALL(write, FD_CALL), CALL(writev, FD_CALL), CALL(pwrite64, FD_CALL),
    CALL(pwritev, FD_CALL), CALL(pwritev2, FD_CALL), CALL(ftruncate, FD_CALL),
    CALL(fallocate, FD_CALL), CALL(flock, FD_CALL), CALL(sendfile, FD_CALL),
    { SYS_copy_file_range, "copy_file_range", PATH_CALL, 0 },
};
enum { CALLS = sizeof calls / sizeof *calls };

/* Threads that are inside a call that was made to fail. */
static struct { pid_t thread; int error; } failing[1024];

static void fault(const char *what)
{
    perror(what);
    exit(125);
}

static int error_number(const char *name)
{
    static const struct { const char *name; int number; } errors[] = {
        { "EINVAL", EINVAL }, { "ENOSYS", ENOSYS }, { "EPERM", EPERM },
        { "ENOSPC", ENOSPC }, { "EIO", EIO },
    };
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (!strcmp(errors[i].name, name))
            return errors[i].number;
    fprintf(stderr, "kill-at: unknown error %s\n", name);
    exit(125);
}

static void let_fail(char *rule)
{
    char *equals = strchr(rule, '=');
    if (equals) {
        *equals = 0;
        for (size_t i = 0; i < CALLS; i++)
            if (!strcmp(calls[i].name, rule)) {
                calls[i].error = error_number(equals + 1);
                return;
            }
    }
    fprintf(stderr, "kill-at: no such call: %s\n", rule);
    exit(125);
}

/* Can this call change a file? Writing to the terminal cannot. */
static int changes(int kind, pid_t thread, const __uint64_t *args)
{
    long flags = (long)args[2];
    if (kind == FD_CALL)
        return args[0] > 2;
    if (kind == PATH_CALL)
        return 1;
    if (kind == OPENAT2_CALL) /* struct open_how begins with the flags */
        flags = ptrace(PTRACE_PEEKDATA, thread, (void *)args[2], 0);
    return (flags & (O_CREAT | O_TRUNC)) || (flags & O_TMPFILE) == O_TMPFILE;
}

static int *failure_of(pid_t thread)
{
    size_t i = 0;
    while (i < 1024 && failing[i].thread && failing[i].thread != thread)
        i++;
    if (i == 1024)
        exit(125);
    failing[i].thread = thread;
    return &failing[i].error;
}

int main(int argc, char **argv)
{
    int signal_number = SIGKILL, option, status;
    while ((option = getopt(argc, argv, "+s:e:")) != -1) {
        if (option == 's')
            signal_number = !strcmp(optarg, "TERM") ? SIGTERM : !strcmp(optarg, "INT") ? SIGINT : SIGKILL;
        else if (option == 'e')
            let_fail(optarg);
        else
            return 125;
    }
    if (argc - optind < 2) {
        fputs("usage: kill-at [-s SIGNAL] [-e CALL=ERRNO]... K PROGRAM [ARGUMENT...]\n", stderr);
        return 125;
    }
    const long at = atol(argv[optind++]);
    const pid_t program = fork();
    if (program == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        execvp(argv[optind], argv + optind);
        fault(argv[optind]);
    }
    if (waitpid(program, &status, 0) != program)
        fault("waitpid");
    if (ptrace(PTRACE_SETOPTIONS, program, 0, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE
               | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC))
        fault("ptrace");
    ptrace(PTRACE_SYSCALL, program, 0, 0);

    long count = 0;
    for (;;) {
        const pid_t thread = waitpid(-1, &status, __WALL);
        if (thread < 0)
            fault("waitpid");
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (thread != program)
                continue;
            if (!at || count < at)
                fprintf(stderr, "kill-at: %ld calls\n", count);
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        int deliver = 0;
        const int stop = WSTOPSIG(status);
        if (stop == (SIGTRAP | 0x80)) {
            struct __ptrace_syscall_info info = { 0 };
            ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info);
            if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
                for (size_t i = 0; i < CALLS; i++) {
                    if ((long)info.entry.nr != calls[i].number || !changes(calls[i].kind, thread, info.entry.args))
                        continue;
                    if (++count == at) {
                        fprintf(stderr, "kill-at: %ld-th call, %s\n", count, calls[i].name);
                        kill(program, signal_number);
                    }
                    if (calls[i].error) {
                        *failure_of(thread) = calls[i].error;
                        ptrace(PTRACE_POKEUSER, thread, offsetof(struct user_regs_struct, orig_rax), -1L);
                    }
                }
            } else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
                int *error = failure_of(thread);
                if (*error)
                    ptrace(PTRACE_POKEUSER, thread, offsetof(struct user_regs_struct, rax), (long)-*error);
                *error = 0;
            }
        } else if (stop != SIGTRAP && stop != SIGSTOP) {
            deliver = stop; /* its own signals; a new thread's first stop is not one */
        }
        ptrace(PTRACE_SYSCALL, thread, 0, deliver);
    }
}
