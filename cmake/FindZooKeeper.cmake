# SPDX-License-Identifier: Apache-2.0
# Finds the multi-threaded ZooKeeper C client; Debian ships neither a pkg-config file nor a CMake package for it.
# Defines the target ZooKeeper::mt. THREADED uncovers the synchronous calls in zookeeper.h. Sets ZooKeeper_HAS_TLS where
# the library was built with OpenSSL; Debian's was not.
find_path(ZooKeeper_INCLUDE_DIR zookeeper/zookeeper.h)
find_library(ZooKeeper_LIBRARY zookeeper_mt)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ZooKeeper REQUIRED_VARS ZooKeeper_LIBRARY ZooKeeper_INCLUDE_DIR)
if(ZooKeeper_FOUND AND NOT TARGET ZooKeeper::mt)
  add_library(ZooKeeper::mt UNKNOWN IMPORTED)
  set_target_properties(ZooKeeper::mt PROPERTIES
    IMPORTED_LOCATION "${ZooKeeper_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${ZooKeeper_INCLUDE_DIR}"
    INTERFACE_COMPILE_DEFINITIONS THREADED)
  include(CheckCXXSourceCompiles)
  include(CMakePushCheckState)
  cmake_push_check_state(RESET)
  set(CMAKE_REQUIRED_LIBRARIES ZooKeeper::mt)
  set(CMAKE_REQUIRED_DEFINITIONS -DHAVE_OPENSSL_H)
  check_cxx_source_compiles("
    #include <zookeeper/zookeeper.h>
    int main() { return zookeeper_init_ssl(\"\", \"\", nullptr, 0, nullptr, nullptr, 0) == nullptr; }" ZooKeeper_HAS_TLS)
  cmake_pop_check_state()
endif()
