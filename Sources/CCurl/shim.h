// The variadic calls of libcurl, once for each type of argument, so that Swift can call them.
#ifndef CAISSON_CCURL_SHIM_H
#define CAISSON_CCURL_SHIM_H

#include <curl/curl.h>
#include <sys/prctl.h>

#if LIBCURL_VERSION_NUM < 0x075700
#error "libcurl 7.87 or newer is needed (CURLOPT_QUICK_EXIT)"
#endif

static inline CURLcode caisson_curl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode caisson_curl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

// libcurl copies the string.
static inline CURLcode caisson_curl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

// libcurl keeps the pointer: what it points to must outlive the handle or its next setting.
static inline CURLcode caisson_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode caisson_curl_clear(CURL *easy, CURLoption option) {
    return curl_easy_setopt(easy, option, NULL);
}

// libcurl copies the bytes.
static inline CURLcode caisson_curl_set_blob(CURL *easy, CURLoption option, const void *bytes, size_t count) {
    struct curl_blob blob = {(void *)bytes, count, CURL_BLOB_COPY};
    return curl_easy_setopt(easy, option, &blob);
}

static inline CURLcode caisson_curl_set_headers(CURL *easy, struct curl_slist *list) {
    return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
}

static inline CURLcode caisson_curl_on_header(CURL *easy, curl_write_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, callback);
}

static inline CURLcode caisson_curl_on_body(CURL *easy, curl_write_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, callback);
}

static inline CURLcode caisson_curl_on_upload(CURL *easy, curl_read_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_READFUNCTION, callback);
}

static inline CURLcode caisson_curl_on_seek(CURL *easy, curl_seek_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, callback);
}

static inline CURLcode caisson_curl_on_request(CURL *easy, curl_prereq_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
}

static inline CURLcode caisson_curl_on_trace(CURL *easy, curl_debug_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, callback);
}

static inline CURLcode caisson_curl_on_open_socket(CURL *easy, curl_opensocket_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
}

static inline CURLcode caisson_curl_get_socket(CURL *easy, curl_socket_t *value) {
    return curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, value);
}

static inline CURLcode caisson_curl_get_system_error(CURL *easy, long *value) {
    return curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, value);
}

static inline CURLcode caisson_curl_get_certificate_verdict(CURL *easy, long *value) {
    return curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, value);
}

static inline CURLcode caisson_curl_get_private(CURL *easy, char **value) {
    return curl_easy_getinfo(easy, CURLINFO_PRIVATE, value);
}

static inline CURLMcode caisson_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

// pthread_setname_np is hidden without _GNU_SOURCE. At most 15 bytes are kept.
static inline int caisson_curl_name_thread(const char *name) {
    return prctl(PR_SET_NAME, name);
}

// The result of a finished transfer lies in a union of the message.
static inline CURLcode caisson_curl_message_result(const CURLMsg *message) {
    return message->data.result;
}

#endif
