# Bombs as a shell writes them: sh bombs.sh NAME.
case $1 in
fork)
    # The classic one. The shell that has begun it stays out of it, to end in a way of its own.
    echo armed
    (b() { b | b & b; }; b) 2>/dev/null &
    read -r word
    exit 7
    ;;
exec)
    echo armed
    trap '' TERM
    exec sh "$0" exec-again
    ;;
exec-again) exec sh "$0" exec-again ;;
work)
    # /work is where it is and whose it is; what is in it is the job's own affair.
    echo armed
    cat >/dev/null
    for attempt in 'rmdir /work' 'mv /work /tmp/work' 'mv /work /gone' 'rm -rf /work' 'mv /tmp /work/tmp' \
        'touch /written' 'touch /etc/written' 'touch /.caisson/written' 'rm /.caisson/cell' 'mkdir /bin/written' 'umount /work' \
        'mount -t tmpfs none /work' 'chroot /work /bin/true' 'chown 0:0 /work' 'ls /var/run/docker.sock' 'ls /run/docker.sock'; do
        if $attempt 2>/dev/null; then echo "not refused: $attempt"; fi
    done
    echo kept >/work/kept
    echo '{"kept": true}' >/work/result.json
    ;;
locked)
    echo armed
    cat >/dev/null
    echo kept >/work/kept
    chmod 000 /work
    ;;
terminal)
    # Titles, colours, another answer-back, a cleared screen, a link, and C1 bytes, on both streams and in a name.
    echo armed
    cat >/dev/null
    words=$(printf '\033]0;owned\007\033[2J\033[31mred\033[0m\033[6n\033]8;;x:y\033\\link\r\302\233 2K')
    printf '%s\n' "$words"
    printf '%s\n' "$words" >&2
    echo x >"$words" || exit 3
    ;;
esac
