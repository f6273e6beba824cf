/*
 * Prints the layout of the C structures that src/Hearth.Llama/Native/Structs.cs mirrors, and the values of the constants it repeats,
 * as the compiler sees them in the headers of the pinned llama.cpp. tests/Hearth.Tests/Llama/LayoutTests.cs compiles and compares.
 *
 *   struct NAME SIZE        then, in the order of the declaration, for each field:   field NAME OFFSET SIZE
 *   value NAME NUMBER
 */
#include <stddef.h>
#include <stdio.h>

#include "ggml-backend.h"
#include "llama.h"

#define STRUCT(type) typedef struct type self; printf("struct " #type " %zu\n", sizeof(self))
#define FIELD(name) printf("field " #name " %zu %zu\n", offsetof(self, name), sizeof(((self *)0)->name))
#define VALUE(name) printf("value " #name " %lld\n", (long long)(name))

static void model_params(void) {
    STRUCT(llama_model_params);
    FIELD(devices);
    FIELD(tensor_buft_overrides);
    FIELD(n_gpu_layers);
    FIELD(split_mode);
    FIELD(load_mode);
    FIELD(lazy_mode);
    FIELD(main_gpu);
    FIELD(tensor_split);
    FIELD(progress_callback);
    FIELD(progress_callback_user_data);
    FIELD(kv_overrides);
    FIELD(vocab_only);
    FIELD(check_tensors);
    FIELD(use_extra_bufts);
    FIELD(no_host);
    FIELD(no_alloc);
    FIELD(load_mtp);
}

static void context_params(void) {
    STRUCT(llama_context_params);
    FIELD(n_ctx);
    FIELD(n_batch);
    FIELD(n_ubatch);
    FIELD(n_seq_max);
    FIELD(n_rs_seq);
    FIELD(n_outputs_max);
    FIELD(n_outputs_max_per_seq);
    FIELD(n_threads);
    FIELD(n_threads_batch);
    FIELD(ctx_type);
    FIELD(rope_scaling_type);
    FIELD(pooling_type);
    FIELD(attention_type);
    FIELD(flash_attn_type);
    FIELD(rope_freq_base);
    FIELD(rope_freq_scale);
    FIELD(yarn_ext_factor);
    FIELD(yarn_attn_factor);
    FIELD(yarn_beta_fast);
    FIELD(yarn_beta_slow);
    FIELD(yarn_orig_ctx);
    FIELD(defrag_thold);
    FIELD(cb_eval);
    FIELD(cb_eval_user_data);
    FIELD(type_k);
    FIELD(type_v);
    FIELD(abort_callback);
    FIELD(abort_callback_data);
    FIELD(embeddings);
    FIELD(offload_kqv);
    FIELD(no_perf);
    FIELD(op_offload);
    FIELD(swa_full);
    FIELD(kv_unified);
    FIELD(samplers);
    FIELD(n_samplers);
    FIELD(ctx_other);
}

static void batch(void) {
    STRUCT(llama_batch);
    FIELD(n_tokens);
    FIELD(token);
    FIELD(embd);
    FIELD(pos);
    FIELD(n_seq_id);
    FIELD(seq_id);
    FIELD(logits);
}

static void perf_context_data(void) {
    STRUCT(llama_perf_context_data);
    FIELD(t_start_ms);
    FIELD(t_load_ms);
    FIELD(t_p_eval_ms);
    FIELD(t_eval_ms);
    FIELD(n_p_eval);
    FIELD(n_eval);
    FIELD(n_reused);
}

static void values(void) {
    VALUE(GGML_TYPE_F32);
    VALUE(GGML_TYPE_F16);
    VALUE(GGML_TYPE_Q8_0);
    VALUE(LLAMA_FLASH_ATTN_TYPE_AUTO);
    VALUE(LLAMA_FLASH_ATTN_TYPE_DISABLED);
    VALUE(LLAMA_FLASH_ATTN_TYPE_ENABLED);
    VALUE(LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY);
    VALUE(LLAMA_STATE_SEQ_FLAGS_ON_DEVICE);
    VALUE(GGML_BACKEND_DEVICE_TYPE_CPU);
    VALUE(GGML_BACKEND_DEVICE_TYPE_GPU);
    VALUE(GGML_BACKEND_DEVICE_TYPE_IGPU);
    VALUE(GGML_BACKEND_DEVICE_TYPE_ACCEL);
    VALUE(GGML_BACKEND_DEVICE_TYPE_META);
    VALUE(LLAMA_VOCAB_TYPE_NONE);
    VALUE(LLAMA_VOCAB_TYPE_SPM);
    VALUE(LLAMA_VOCAB_TYPE_BPE);
    VALUE(LLAMA_VOCAB_TYPE_WPM);
    VALUE(LLAMA_VOCAB_TYPE_UGM);
    VALUE(LLAMA_VOCAB_TYPE_RWKV);
    VALUE(LLAMA_VOCAB_TYPE_PLAMO2);
    VALUE(LLAMA_TOKEN_ATTR_UNKNOWN);
    VALUE(LLAMA_TOKEN_ATTR_UNUSED);
    VALUE(LLAMA_TOKEN_ATTR_NORMAL);
    VALUE(LLAMA_TOKEN_ATTR_CONTROL);
    VALUE(LLAMA_TOKEN_ATTR_USER_DEFINED);
    VALUE(LLAMA_TOKEN_ATTR_BYTE);
    VALUE(LLAMA_TOKEN_ATTR_NORMALIZED);
    VALUE(LLAMA_TOKEN_ATTR_LSTRIP);
    VALUE(LLAMA_TOKEN_ATTR_RSTRIP);
    VALUE(LLAMA_TOKEN_ATTR_SINGLE_WORD);
}

int main(void) {
    model_params();
    context_params();
    batch();
    perf_context_data();
    values();
    return 0;
}
