# What the profile "build" promises: C programs are compiled, linked and run in /work, by hand and by make. Each check prints
# one line: "ok NAME", or "NO NAME: why".
set -u
check() { name=$1; shift; if [ "$1" = "$2" ]; then echo "ok $name"; else echo "NO $name: got '$1', wanted '$2'"; fi; }
cd /work

# Compiling, linking, running
cat > hello.c <<'END'
#include <stdio.h>
int main(int argc, char **argv) { printf("hello %s\n", argc > 1 ? argv[1] : "you"); return argc; }
END
gcc -Wall -Wextra -Werror -O2 -g -o hello hello.c
check run "$(./hello there; echo $?)" "hello there
2"
cc -std=c17 -pipe -O0 hello.c; check pipe "$(./a.out)" "hello you"
gcc -static -s -o whole hello.c; check static "$(./whole)" "hello you"
cp hello copy; check copy "$(./copy)" "hello you"
ln hello hard; check link "$(./hard)" "hello you"
printf '#!/bin/sh\necho script $1\n' > script; chmod +x script; check script "$(./script one)" "script one"
cp hello /tmp/hello; check tmp "$(/tmp/hello 2>/dev/null; echo $?)" 126
printf 'int main(void) { return x; }\n' > wrong.c
check wrong "$(gcc -c wrong.c 2>&1 | grep -c "'x' undeclared")" 1
check wrong_status "$(gcc -c wrong.c 2>/dev/null; echo $?)" 1
check preprocess "$(printf '#define A 42\nA\n' | cpp -P)" 42
gcc -S -o hello.s hello.c && gcc -c hello.s -o hello.o; check assemble "$(nm hello.o | grep -c ' T main')" 1
check dump "$(objdump -d hello.o | grep -c '<main>:')" 1
strip hello; check strip "$(./hello)" "hello you"

# Libraries
printf 'int twice(int n) { return 2 * n; }\n' > twice.c
printf '#include <stdio.h>\nint twice(int);\nint main(void) { printf("%%d\\n", twice(21)); return 0; }\n' > main.c
gcc -c twice.c && ar rcs libtwice.a twice.o && gcc main.c -L. -ltwice -o archived; check archive "$(./archived)" 42
gcc -shared -fPIC -o libshared.so twice.c && gcc main.c -L. -lshared -Wl,-rpath,/work -o shared
check shared "$(./shared)" 42
cat > load.c <<'END'
#include <dlfcn.h>
#include <stdio.h>
int main(void) {
    void *library = dlopen("./libshared.so", RTLD_NOW);
    int (*twice)(int) = library ? (int (*)(int))dlsym(library, "twice") : 0;
    return twice ? printf("%d\n", twice(4)) != 2 : puts(dlerror());
}
END
gcc load.c -o load; check dlopen "$(./load)" 8

# What programs do
cat > threads.c <<'END'
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
static atomic_int count;
static void *work(void *step) { for (int i = 0; i < 1000; i++) count += *(int *)step; return 0; }
int main(void) {
    pthread_t threads[8]; int step = 2;
    for (int i = 0; i < 8; i++) if (pthread_create(&threads[i], 0, work, &step)) return 1;
    for (int i = 0; i < 8; i++) pthread_join(threads[i], 0);
    printf("%d %.3f\n", count, sqrt(count));
}
END
gcc -O2 -pthread threads.c -lm -o threads; check threads "$(./threads)" "16000 126.491"
gcc -fopenmp -O2 -x c - -o parallel <<'END'
#include <stdio.h>
int main(void) {
    long sum = 0;
    #pragma omp parallel for reduction(+:sum) num_threads(4)
    for (int i = 0; i < 100000; i++) sum += i;
    printf("%ld\n", sum);
}
END
check openmp "$(./parallel)" 4999950000
cat > system.c <<'END'
#include <assert.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
static volatile sig_atomic_t alarms;
static void ring(int number) { (void)number; alarms++; }
int main(void) {
    int ends[2]; char text[6] = "";
    assert(pipe(ends) == 0);
    pid_t child = fork();
    if (child == 0) { assert(write(ends[1], "child", 5) == 5); _exit(7); }
    int status; assert(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7);
    struct pollfd ready = {.fd = ends[0], .events = POLLIN};
    assert(poll(&ready, 1, 1000) == 1 && read(ends[0], text, 5) == 5 && strcmp(text, "child") == 0);
    signal(SIGALRM, ring); alarm(1); pause(); assert(alarms == 1);
    int timer = timerfd_create(CLOCK_MONOTONIC, 0), event = eventfd(0, 0), poller = epoll_create1(0);
    struct itimerspec soon = {.it_value.tv_nsec = 1000000};
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = timer}, got;
    assert(timer >= 0 && event >= 0 && epoll_ctl(poller, EPOLL_CTL_ADD, timer, &wanted) == 0);
    assert(timerfd_settime(timer, 0, &soon, 0) == 0 && epoll_wait(poller, &got, 1, 5000) == 1 && got.data.fd == timer);
    FILE *file = fopen("data", "w+"); assert(file && fprintf(file, "%d", 123) == 3 && fflush(file) == 0);
    char *map = mmap(0, 4096, PROT_READ, MAP_SHARED, fileno(file), 0); assert(map != MAP_FAILED && map[2] == '3');
    assert(truncate("data", 1) == 0 && rename("data", "moved") == 0 && mkfifo("fifo", 0600) == 0);
    char *large = malloc(1 << 20); assert(large && (large = realloc(large, 8 << 20))); free(large);
    struct timespec now; assert(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0);
    FILE *command = popen("echo popen", "r"); assert(command && fgets(text, 6, command) && pclose(command) == 0);
    assert(strcmp(text, "popen") == 0 && system("exit 3") >> 8 == 3);
    puts("all");
}
END
gcc -Wall -o system system.c; check system "$(./system)" all
printf 'int main(void) { volatile int *p = 0; return *p; }\n' > crash.c
gcc -w -O0 crash.c -o crash; check crash "$(./crash 2>/dev/null; echo $?)" 139
printf '#include <stdlib.h>\nint main(void) { abort(); }\n' > abort.c
gcc abort.c -o abort; check abort "$(./abort 2>/dev/null; echo $?)" 134

# make
mkdir -p tree/src; cd tree
for i in 1 2 3 4 5 6; do printf 'int f%d(void) { return %d; }\n' $i $i > src/f$i.c; done
cat > src/main.c <<'END'
#include <stdio.h>
int f1(void), f2(void), f3(void), f4(void), f5(void), f6(void);
int main(void) { printf("%d\n", f1() + f2() + f3() + f4() + f5() + f6()); return 0; }
END
cat > Makefile <<'END'
CFLAGS = -O1 -Wall -MMD
SOURCES := $(wildcard src/*.c)
OBJECTS := $(SOURCES:src/%.c=out/%.o)
.PHONY: test clean sub
program: $(OBJECTS) ; $(CC) -o $@ $^
out/%.o: src/%.c | out ; $(CC) $(CFLAGS) -c -o $@ $<
out: ; mkdir -p $@
test: program ; @./program
sub: ; @$(MAKE) --no-print-directory test
clean: ; rm -rf out program
-include $(OBJECTS:.o=.d)
END
make -j4 > log 2>&1; check make "$(make -s test)" 21
check up_to_date "$(make -q program; echo $?)" 0
touch -d @2000000000 src/f3.c; check rebuilt "$(make 2>/dev/null | grep -c ' -c ')" 1
check submake "$(make -s -j2 sub)" 21
check clean "$(make -s clean; ls | sort | tr '\n' ' ')" "Makefile log src "
printf 'all: ; @false\n' > broken.mk; check failure "$(make -f broken.mk 2>/dev/null; echo $?)" 2
cd ..

printf '{"compiler": "%s"}' "$(gcc -dumpversion)" > result.json
echo done
