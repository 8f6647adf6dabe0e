// What Swift cannot import from libyaml, and its headers.
#pragma once
#include <yaml.h>
