// exit_shim.cpp: turns slapd's last library call into an exit that skips the destructors in which a
// sanitized slapd hangs.
//
// With a sanitizer's runtime preloaded, the stock slapd blocks for ever in libp11-kit's destructor
// (freelocale) once any module was loaded, and the leak check that would follow never runs.
// lt_dlexit is what slapd calls at the end of main.

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

extern "C" [[gnu::weak]] void __lsan_do_leak_check();

extern "C" [[gnu::visibility("default")]] int lt_dlexit()
{
    on_exit(
        [](int status, void*) {
            std::fflush(nullptr);
            if (__lsan_do_leak_check != nullptr)
                __lsan_do_leak_check(); // exits by itself when it finds some
            _exit(status);
        },
        nullptr);
    return 0;
}
