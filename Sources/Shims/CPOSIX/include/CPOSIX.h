// What the Glibc module does not show to Swift: see each line.
#pragma once
#include <sys/epoll.h>    // epoll_create1, epoll_ctl, epoll_wait: absent from Glibc's module map.
#include <sys/eventfd.h>  // eventfd: absent from Glibc's module map.
