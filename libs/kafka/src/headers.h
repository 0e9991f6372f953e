// The headers of a Kafka message, read without trust: anybody with the right to write a topic may have made them.
#pragma once

#include <waybill/runtime/seams.h>

#include <string_view>

namespace waybill::kafka {

inline constexpr std::string_view head_note_type = "waybill.v1.HeadNote";

// What an envelope is before its headers are read.
runtime::Envelope unread(std::string topic, int partition);

// Takes what this header says into the envelope. One that is not known here is passed over.
void read_header(std::string_view name, std::string_view value, runtime::Envelope& envelope);

// Whether the headers made it a message of ours: a type and a whole number. Any other is skipped.
bool is_ours(const runtime::Envelope& envelope);

}  // namespace waybill::kafka
