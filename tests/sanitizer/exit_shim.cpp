// exit_shim.cpp: turns the ends of slapd and its tools into exits that skip the destructors in
// which a sanitized slapd hangs.
//
// With a sanitizer's runtime preloaded, the stock slapd blocks for ever in libp11-kit's destructor
// (freelocale) once any module was loaded, and the leak check that would follow never runs.
// lt_dlexit is what slapd calls at the end of main; a tool that could not begin calls exit.
// Modules stay loaded, so that reports name their functions.

#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <unistd.h>

extern "C" [[gnu::weak]] void __lsan_do_leak_check();

namespace {

void end_early()
{
    on_exit(
        [](int status, void*) {
            std::fflush(nullptr);
            if (__lsan_do_leak_check != nullptr)
                __lsan_do_leak_check(); // exits by itself when it finds some
            _exit(status);
        },
        nullptr);
}

} // namespace

extern "C" [[gnu::visibility("default")]] int lt_dlexit()
{
    end_early();
    return 0;
}

extern "C" [[gnu::visibility("default")]] int dlclose(void*) noexcept { return 0; }

extern "C" [[gnu::visibility("default"), noreturn]] void exit(int status)
{
    end_early();
    reinterpret_cast<void (*)(int)>(dlsym(RTLD_NEXT, "exit"))(status);
    __builtin_unreachable();
}
