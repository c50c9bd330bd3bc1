# SPDX-License-Identifier: Apache-2.0
# cmake -DFROM=FILE -DTO=FILE.cpp -DNAME=function -P embed.cmake: a C++ source with dsr::embedded::NAME(), the file's text.
file(READ "${FROM}" text)
if(text MATCHES [=[\)embedded"]=])
  message(FATAL_ERROR "${FROM} contains the mark that ends the embedded text")
endif()
file(WRITE "${TO}" "#include <string_view>\n\nnamespace dsr::embedded {\n\nstd::string_view ${NAME}();\n
std::string_view ${NAME}() {\n    return R\"embedded(${text})embedded\";\n}\n\n}  // namespace dsr::embedded\n")
