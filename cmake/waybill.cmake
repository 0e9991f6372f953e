# The functions every CMakeLists.txt of this project is made of. The targets are the map of what may know what.

# Where the programs are that people call: of the preset that ./dev builds in build/bin, of the others with the rest of theirs.
set(waybill_programs ${CMAKE_BINARY_DIR}/bin)
if(CMAKE_BINARY_DIR STREQUAL "${CMAKE_SOURCE_DIR}/build/default")
  set(waybill_programs ${CMAKE_SOURCE_DIR}/build/bin)
endif()

# waybill_library(NAME [DEPENDS targets...] [PRIVATE_DEPENDS targets...])
# libs/NAME: include/, src/*.cpp, tests/*_test.cpp -> waybill::NAME and the test NAME_tests.
function(waybill_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS;PRIVATE_DEPENDS;TEST_DEPENDS")
  file(GLOB sources CONFIGURE_DEPENDS src/*.cpp)
  file(GLOB tests CONFIGURE_DEPENDS tests/*_test.cpp)
  add_library(waybill_${name} STATIC ${sources})
  add_library(waybill::${name} ALIAS waybill_${name})
  target_include_directories(waybill_${name} PUBLIC include PRIVATE src)
  target_link_libraries(waybill_${name} PUBLIC waybill_flags ${arg_DEPENDS} PRIVATE ${arg_PRIVATE_DEPENDS})
  waybill_tests(${name}_tests SOURCES ${tests} DEPENDS waybill::${name} ${arg_TEST_DEPENDS})
  if(TARGET ${name}_tests)
    target_include_directories(${name}_tests PRIVATE src)
  endif()
endfunction()

# waybill_service(NAME [DEPENDS targets...])
# services/NAME or services/adapters/NAME:
#   NAME_domain   domain/*.cpp     types and pure decisions; links core alone
#   NAME_handlers handlers/*.cpp   one file a message; adds the runtime's decisions and the contracts
#   NAME_service  service.cpp and providers/*.cpp   the wiring; DEPENDS (http, gazetteer, ...) reaches only these
#   waybill-NAME  main.cpp         the service as a process of its own
function(waybill_service name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS;DOMAIN_DEPENDS")
  file(GLOB domain CONFIGURE_DEPENDS domain/*.cpp)
  file(GLOB handlers CONFIGURE_DEPENDS handlers/*.cpp)
  file(GLOB wiring CONFIGURE_DEPENDS service.cpp providers/*.cpp http/*.cpp)
  file(GLOB tests CONFIGURE_DEPENDS domain/*_test.cpp handlers/*_test.cpp providers/*_test.cpp http/*_test.cpp)
  list(FILTER domain EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER handlers EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER wiring EXCLUDE REGEX "_test\\.cpp$")

  if(domain)
    add_library(${name}_domain STATIC ${domain})
    target_include_directories(${name}_domain PUBLIC .)
    target_link_libraries(${name}_domain PUBLIC waybill_flags waybill::core ${arg_DOMAIN_DEPENDS})
  else()
    add_library(${name}_domain INTERFACE)
    target_include_directories(${name}_domain INTERFACE .)
    target_link_libraries(${name}_domain INTERFACE waybill_flags waybill::core ${arg_DOMAIN_DEPENDS})
  endif()

  add_library(${name}_handlers STATIC ${handlers})
  target_link_libraries(${name}_handlers PUBLIC ${name}_domain waybill::runtime waybill::contracts)
  target_precompile_headers(${name}_handlers REUSE_FROM waybill_runtime_header)

  add_library(${name}_service STATIC ${wiring})
  target_link_libraries(${name}_service PUBLIC ${name}_handlers waybill::unit ${arg_DEPENDS})
  target_precompile_headers(${name}_service REUSE_FROM waybill_runtime_header)

  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/main.cpp)
    add_executable(waybill-${name} main.cpp)
    target_link_libraries(waybill-${name} PRIVATE ${name}_service waybill::host)
    set_target_properties(waybill-${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${waybill_programs})
  endif()
  waybill_tests(${name}_tests SOURCES ${tests} DEPENDS ${name}_service)
  if(TARGET ${name}_tests)
    target_precompile_headers(${name}_tests REUSE_FROM waybill_runtime_header)
  endif()
endfunction()

# waybill_tests(NAME SOURCES files... [DEPENDS targets...]): one GoogleTest program and its line in ctest.
function(waybill_tests name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;LABELS")
  if(NOT arg_SOURCES)
    return()
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_DEPENDS} GTest::gmock GTest::gtest GTest::gtest_main)
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 300)
endfunction()
