// For the tsan preset only. librdkafka uses C11's threads and locks, which gcc 12's thread sanitizer does not know: it crashes
// in the first of these threads. Here they are the POSIX ones, which it knows and which glibc makes them of anyway.
#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <cstdint>
#include <memory>

namespace {

struct Start {
    thrd_start_t run;
    void* argument;
};

void* run(void* start) {
    const std::unique_ptr<Start> owned(static_cast<Start*>(start));
    return reinterpret_cast<void*>(static_cast<std::intptr_t>(owned->run(owned->argument)));
}

}  // namespace

extern "C" int thrd_create(thrd_t* thread, thrd_start_t what, void* argument) {
    auto start = std::make_unique<Start>(Start{what, argument});
    if (pthread_create(thread, nullptr, run, start.get()) != 0) return thrd_error;
    start.release();
    return thrd_success;
}

extern "C" int thrd_join(thrd_t thread, int* result) {
    void* returned = nullptr;
    if (pthread_join(thread, &returned) != 0) return thrd_error;
    if (result) *result = static_cast<int>(reinterpret_cast<std::intptr_t>(returned));
    return thrd_success;
}

extern "C" int thrd_detach(thrd_t thread) { return pthread_detach(thread) == 0 ? thrd_success : thrd_error; }

namespace {

pthread_mutex_t* posix(mtx_t* mutex) { return reinterpret_cast<pthread_mutex_t*>(mutex); }
pthread_cond_t* posix(cnd_t* condition) { return reinterpret_cast<pthread_cond_t*>(condition); }
int told(int error) { return error == 0 ? thrd_success : error == EBUSY ? thrd_busy : error == ETIMEDOUT ? thrd_timedout : thrd_error; }

}  // namespace

extern "C" {
int mtx_init(mtx_t* mutex, int kind) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    if (kind & mtx_recursive) pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    const int error = pthread_mutex_init(posix(mutex), &attributes);
    pthread_mutexattr_destroy(&attributes);
    return told(error);
}
int mtx_lock(mtx_t* mutex) { return told(pthread_mutex_lock(posix(mutex))); }
int mtx_trylock(mtx_t* mutex) { return told(pthread_mutex_trylock(posix(mutex))); }
int mtx_timedlock(mtx_t* mutex, const timespec* until) { return told(pthread_mutex_timedlock(posix(mutex), until)); }
int mtx_unlock(mtx_t* mutex) { return told(pthread_mutex_unlock(posix(mutex))); }
void mtx_destroy(mtx_t* mutex) { pthread_mutex_destroy(posix(mutex)); }
int cnd_init(cnd_t* condition) { return told(pthread_cond_init(posix(condition), nullptr)); }
int cnd_signal(cnd_t* condition) { return told(pthread_cond_signal(posix(condition))); }
int cnd_broadcast(cnd_t* condition) { return told(pthread_cond_broadcast(posix(condition))); }
int cnd_wait(cnd_t* condition, mtx_t* mutex) { return told(pthread_cond_wait(posix(condition), posix(mutex))); }
int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) { return told(pthread_cond_timedwait(posix(condition), posix(mutex), until)); }
void cnd_destroy(cnd_t* condition) { pthread_cond_destroy(posix(condition)); }
}
