# SPDX-License-Identifier: Apache-2.0
# Finds SOCI 4.0 with its three back ends; Debian's package has no CMake files. The back ends are linked and not loaded
# by name: this gives access to SQLSTATE and error numbers, and nothing is ever loaded from the working directory.
# Defines SOCI::core, SOCI::postgresql, SOCI::mysql, SOCI::sqlite3.
find_path(SOCI_INCLUDE_DIR soci/soci.h)
find_path(SOCI_PQ_INCLUDE_DIR libpq-fe.h PATH_SUFFIXES postgresql)
find_path(SOCI_MYSQL_INCLUDE_DIR mysql.h PATH_SUFFIXES mariadb mysql)
find_path(SOCI_SQLITE_INCLUDE_DIR sqlite3.h)
find_library(SOCI_core_LIBRARY soci_core)
find_library(SOCI_postgresql_LIBRARY soci_postgresql)
find_library(SOCI_mysql_LIBRARY soci_mysql)
find_library(SOCI_sqlite3_LIBRARY soci_sqlite3)
find_library(SOCI_PQ_LIBRARY pq)
find_library(SOCI_MYSQL_CLIENT_LIBRARY NAMES mariadb mysqlclient)
find_library(SOCI_SQLITE_CLIENT_LIBRARY sqlite3)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SOCI REQUIRED_VARS SOCI_core_LIBRARY SOCI_postgresql_LIBRARY SOCI_mysql_LIBRARY
  SOCI_sqlite3_LIBRARY SOCI_PQ_LIBRARY SOCI_MYSQL_CLIENT_LIBRARY SOCI_SQLITE_CLIENT_LIBRARY SOCI_INCLUDE_DIR
  SOCI_PQ_INCLUDE_DIR SOCI_MYSQL_INCLUDE_DIR SOCI_SQLITE_INCLUDE_DIR)
if(SOCI_FOUND AND NOT TARGET SOCI::core)
  add_library(SOCI::core UNKNOWN IMPORTED)
  set_target_properties(SOCI::core PROPERTIES IMPORTED_LOCATION "${SOCI_core_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${SOCI_INCLUDE_DIR}")
  foreach(backend IN ITEMS postgresql mysql sqlite3)
    add_library(SOCI::${backend} UNKNOWN IMPORTED)
    set_target_properties(SOCI::${backend} PROPERTIES IMPORTED_LOCATION "${SOCI_${backend}_LIBRARY}")
    target_link_libraries(SOCI::${backend} INTERFACE SOCI::core)
  endforeach()
  set_property(TARGET SOCI::postgresql APPEND PROPERTY INTERFACE_INCLUDE_DIRECTORIES "${SOCI_PQ_INCLUDE_DIR}")
  set_property(TARGET SOCI::mysql APPEND PROPERTY INTERFACE_INCLUDE_DIRECTORIES "${SOCI_MYSQL_INCLUDE_DIR}")
  set_property(TARGET SOCI::sqlite3 APPEND PROPERTY INTERFACE_INCLUDE_DIRECTORIES "${SOCI_SQLITE_INCLUDE_DIR}")
  target_link_libraries(SOCI::postgresql INTERFACE "${SOCI_PQ_LIBRARY}")
  target_link_libraries(SOCI::mysql INTERFACE "${SOCI_MYSQL_CLIENT_LIBRARY}")
  target_link_libraries(SOCI::sqlite3 INTERFACE "${SOCI_SQLITE_CLIENT_LIBRARY}")
endif()
