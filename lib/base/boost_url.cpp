// SPDX-License-Identifier: Apache-2.0
// Boost.URL, compiled into this module: Debian's headers have its sources, so that no library is needed.
#include <boost/url/src.hpp>
