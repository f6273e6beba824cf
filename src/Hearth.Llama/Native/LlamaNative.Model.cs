using System.Runtime.InteropServices;

namespace Hearth.Llama.Native;



/// <summary>llama.h: library, models and vocabularies.</summary>
internal static unsafe partial class LlamaNative
{
    internal const string Library = "llama";

    [LibraryImport(Library)]
    internal static partial byte* llama_version();

    [LibraryImport(Library)]
    internal static partial void llama_backend_init();

    [LibraryImport(Library)]
    internal static partial void llama_log_set(delegate* unmanaged[Cdecl]<int, byte*, nint, void> callback, nint userData);

    [LibraryImport(Library)]
    internal static partial byte* llama_print_system_info();

    [LibraryImport(Library)]
    internal static partial nuint llama_max_parallel_sequences();

    [LibraryImport(Library)]
    internal static partial ModelParams llama_model_default_params();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial ModelHandle llama_model_load_from_file(string path, ModelParams parameters);

    [LibraryImport(Library)]
    internal static partial ModelHandle llama_model_load_from_splits(byte** paths, nuint count, ModelParams parameters);

    [LibraryImport(Library)]
    internal static partial void llama_model_free(nint model);

    [LibraryImport(Library)]
    internal static partial nint llama_model_get_vocab(ModelHandle model);

    [LibraryImport(Library)]
    internal static partial int llama_model_n_ctx_train(ModelHandle model);

    [LibraryImport(Library)]
    internal static partial int llama_model_n_embd(ModelHandle model);

    [LibraryImport(Library)]
    internal static partial int llama_model_n_layer(ModelHandle model);

    [LibraryImport(Library)]
    internal static partial int llama_model_n_head(ModelHandle model);

    [LibraryImport(Library)]
    internal static partial int llama_model_n_head_kv(ModelHandle model);

    [LibraryImport(Library)]
    internal static partial int llama_model_n_swa(ModelHandle model);

    [LibraryImport(Library)]
    internal static partial ulong llama_model_size(ModelHandle model);

    [LibraryImport(Library)]
    internal static partial ulong llama_model_n_params(ModelHandle model);

    [LibraryImport(Library)]
    internal static partial int llama_model_desc(ModelHandle model, byte* buffer, nuint size);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int llama_model_meta_val_str(ModelHandle model, string key, byte* buffer, nuint size);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial byte* llama_model_chat_template(ModelHandle model, string? name);

    [LibraryImport(Library)]
    internal static partial byte llama_model_has_encoder(ModelHandle model);

    [LibraryImport(Library)]
    internal static partial byte llama_model_has_decoder(ModelHandle model);

    [LibraryImport(Library)]
    internal static partial byte llama_model_is_recurrent(ModelHandle model);

    [LibraryImport(Library)]
    internal static partial byte llama_model_is_hybrid(ModelHandle model);

    [LibraryImport(Library)]
    internal static partial byte llama_model_is_diffusion(ModelHandle model);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_type(nint vocab);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_n_tokens(nint vocab);

    [LibraryImport(Library)]
    internal static partial byte* llama_vocab_get_text(nint vocab, int token);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_get_attr(nint vocab, int token);

    [LibraryImport(Library)]
    internal static partial byte llama_vocab_is_eog(nint vocab, int token);

    [LibraryImport(Library)]
    internal static partial byte llama_vocab_is_control(nint vocab, int token);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_bos(nint vocab);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_eos(nint vocab);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_eot(nint vocab);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_pad(nint vocab);

    [LibraryImport(Library)]
    internal static partial byte llama_vocab_get_add_bos(nint vocab);

    [LibraryImport(Library)]
    internal static partial byte llama_vocab_get_add_eos(nint vocab);

    [LibraryImport(Library)]
    internal static partial int* llama_vocab_get_suppress_tokens(nint vocab, int* count);

    [LibraryImport(Library)]
    internal static partial int llama_tokenize(
        nint vocab, byte* text, int textLength, int* tokens, int tokensMax,
        [MarshalAs(UnmanagedType.U1)] bool addSpecial, [MarshalAs(UnmanagedType.U1)] bool parseSpecial);

    [LibraryImport(Library)]
    internal static partial int llama_token_to_piece(
        nint vocab, int token, byte* buffer, int length, int lstrip, [MarshalAs(UnmanagedType.U1)] bool special);
}
