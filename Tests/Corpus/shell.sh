# What the profile "shell" promises, with busybox. Each check prints one line: "ok NAME", or "NO NAME: why".
set -u
check() { name=$1; shift; if [ "$1" = "$2" ]; then echo "ok $name"; else echo "NO $name: got '$1', wanted '$2'"; fi; }
cd /work

# Pipes, subshells, functions, here documents, expansion
check pipe "$(printf 'c\na\nb\n' | sort | tr -d '\n')" abc
check status "$(false | true; echo $?)" 0
check subshell "$( (cd /tmp; pwd); pwd)" "/tmp
/work"
check heredoc "$(cat <<END
two $((1 + 1))
END
)" "two 2"
check case "$(case abc in a*) echo yes;; esac)" yes
check loop "$(i=0; while [ $i -lt 5 ]; do i=$((i + 1)); printf %s $i; done)" 12345

# Processes: background jobs, wait, traps, signals, exit status
(sleep 0.05; echo late > late) & wait $!
check wait "$(cat late)" late
check exit "$(sh -c 'exit 7'; echo $?)" 7
check trap "$(sh -c 'trap "echo bye" EXIT; true')" bye
check trap_term "$(sh -c 'trap "echo term; exit 0" TERM; kill -TERM $$; sleep 5')" term
sleep 60 & victim=$!
kill $victim; wait $victim; check kill $? 143
check timeout "$(timeout 0.1 sleep 60; echo $?)" 143
check nproc "$(nproc >/dev/null && echo yes)" yes
check parallel "$(for i in 1 2 3 4; do (echo $i > p$i) & done; wait; cat p1 p2 p3 p4 | tr -d '\n')" 1234
check xargs "$(printf '1 2 3' | xargs -n 1 echo | wc -l | tr -d ' ')" 3
check ps "$(ps >/dev/null && echo yes)" yes
check pidof "$(test -n "$(pidof sh)" && echo yes)" yes
check exec "$(exec echo replaced)" replaced
check setsid "$(setsid echo session)" session
check id "$(id -u)" 65532
check uname "$(uname -s)" Linux
check date "$(date -u -d @0 +%Y)" 1970
check time "$( (time true) 2>&1 | grep -c real)" 1
check read_timeout "$(sleep 0.2 | (read -t 0.01 x; test $? -ne 0 && echo late))" late

# Files: every kind, modes, times, links, find
mkdir -p tree/a/b tree/c; echo one > tree/a/1.txt; echo two > tree/a/b/2.txt; : > tree/c/empty
check find "$(find tree -name '*.txt' | sort | tr '\n' ' ')" "tree/a/1.txt tree/a/b/2.txt "
check find_exec "$(find tree -type f -size +0 -exec cat {} + | sort | tr '\n' ' ')" "one two "
ln tree/a/1.txt hard; ln -s tree/a/1.txt soft
check hard "$(stat -c %h hard)" 2
check soft "$(readlink soft)" tree/a/1.txt
chmod 640 hard; check chmod "$(stat -c %a hard)" 640
touch -d @1000000000 hard; check touch "$(stat -c %Y hard)" 1000000000
cp -a tree copy; check cp "$(diff -r tree copy && echo same)" same
mv copy moved; check mv "$(cat moved/a/b/2.txt)" two
mkfifo fifo; (echo through > fifo) & check fifo "$(cat fifo)" through; wait
rm -r moved; check rm "$(test -e moved || echo gone)" gone
rmdir tree/c 2>/dev/null; check rmdir "$(test -d tree/c && echo kept)" kept
check mktemp "$(t=$(mktemp) && test -f "$t" && echo made)" made
check truncate "$(truncate -s 5 hole && wc -c < hole | tr -d ' ')" 5
check dd "$(dd if=/dev/zero bs=1k count=3 2>/dev/null | wc -c | tr -d ' ')" 3072
check dd_fsync "$(dd if=/dev/zero of=synced bs=1k count=1 conv=fsync 2>/dev/null && wc -c < synced | tr -d ' ')" 1024
check du "$(du -s tree >/dev/null && echo yes)" yes
check df "$(df >/dev/null 2>&1 && echo yes)" yes
check free "$(free >/dev/null && echo yes)" yes
check umask "$(umask 077; : > secret; stat -c %a secret)" 600
check ls "$(ls -la tree | wc -l | tr -d " ")" 5
check test_r "$(test -r hard && test -w hard && ! test -x hard && echo yes)" yes

# Text and archives
check sed "$(echo hello | sed 's/l*o/p/')" hep
check sed_i "$(echo a > s; sed -i s/a/b/ s; cat s)" b
check awk "$(printf '1 2\n3 4\n' | awk '{ s += $2 } END { print s }')" 6
check grep "$(printf 'x1\ny2\n' | grep -o '[0-9]' | tr -d '\n')" 12
check cut "$(echo a:b:c | cut -d: -f2)" b
check sort_u "$(printf '3\n1\n3\n' | sort -nu | tr -d '\n')" 13
check big_sort "$(seq 1 50000 | sort -rn | head -n 1)" 50000
check tar "$(tar -cf - tree | tar -tf - | grep -c txt)" 2
mkdir out; tar -czf t.tgz tree; tar -xzf t.tgz -C out; check tar_x "$(cat out/tree/a/1.txt)" one
check gzip "$(echo squeeze | gzip | gunzip)" squeeze
check bzip2 "$(echo squeeze | bzip2 | bunzip2)" squeeze
check sha256 "$(printf abc | sha256sum | cut -c1-8)" ba7816bf
check md5 "$(printf abc | md5sum | cut -c1-8)" 90015098
check base64 "$(echo aGk= | base64 -d)" hi
check od "$(printf A | od -An -tx1 | tr -d ' ')" 41
check tee "$(echo both | tee copy.txt | cat - copy.txt | wc -l | tr -d ' ')" 2
check tail "$(seq 1 9 | tail -n 2 | tr -d '\n')" 89
check cmp "$(cmp -s hard soft && echo same)" same
check patch "$(echo old > f; printf -- '--- f\n+++ f\n@@ -1 +1 @@\n-old\n+new\n' | patch >/dev/null && cat f)" new
check bc "$(echo '2^10' | bc)" 1024
check expr "$(expr 6 \* 7)" 42
check seq_fold "$(printf abcdef | fold -w 3 | tr '\n' ' ')" "abc def"
check hostname "$(hostname >/dev/null && echo yes)" yes
echo done
