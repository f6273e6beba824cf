using System.Runtime.InteropServices;

namespace Hearth.Llama.Native;

/// <summary>llama.h: contexts, decoding, memory and state.</summary>
internal static unsafe partial class LlamaNative
{
    [LibraryImport(Library)]
    internal static partial ContextParams llama_context_default_params();

    [LibraryImport(Library)]
    internal static partial ContextHandle llama_init_from_model(ModelHandle model, ContextParams parameters);

    [LibraryImport(Library)]
    internal static partial void llama_free(nint context);

    [LibraryImport(Library)]
    internal static partial uint llama_n_ctx(ContextHandle context);

    [LibraryImport(Library)]
    internal static partial uint llama_n_batch(ContextHandle context);

    [LibraryImport(Library)]
    internal static partial uint llama_n_ubatch(ContextHandle context);

    [LibraryImport(Library)]
    internal static partial uint llama_n_seq_max(ContextHandle context);

    [LibraryImport(Library)]
    internal static partial nint llama_get_memory(ContextHandle context);

    [LibraryImport(Library)]
    internal static partial int llama_decode(ContextHandle context, NativeBatch batch);

    [LibraryImport(Library)]
    internal static partial void llama_synchronize(ContextHandle context);

    [LibraryImport(Library)]
    internal static partial float* llama_get_logits_ith(ContextHandle context, int index);

    [LibraryImport(Library)]
    internal static partial void llama_attach_threadpool(ContextHandle context, nint threadpool, nint threadpoolBatch);

    [LibraryImport(Library)]
    internal static partial void llama_set_abort_callback(ContextHandle context, delegate* unmanaged[Cdecl]<nint, byte> callback, nint data);

    [LibraryImport(Library)]
    internal static partial PerfContextData llama_perf_context(ContextHandle context);

    [LibraryImport(Library)]
    internal static partial void llama_perf_context_reset(ContextHandle context);

    [LibraryImport(Library)]
    internal static partial void llama_memory_clear(nint memory, [MarshalAs(UnmanagedType.U1)] bool data);

    [LibraryImport(Library)]
    internal static partial byte llama_memory_seq_rm(nint memory, int sequence, int from, int to);

    [LibraryImport(Library)]
    internal static partial void llama_memory_seq_cp(nint memory, int source, int destination, int from, int to);

    [LibraryImport(Library)]
    internal static partial int llama_memory_seq_pos_min(nint memory, int sequence);

    [LibraryImport(Library)]
    internal static partial int llama_memory_seq_pos_max(nint memory, int sequence);

    [LibraryImport(Library)]
    internal static partial byte llama_memory_can_shift(nint memory);

    [LibraryImport(Library)]
    internal static partial nuint llama_state_seq_get_size_ext(ContextHandle context, int sequence, uint flags);

    [LibraryImport(Library)]
    internal static partial nuint llama_state_seq_get_data_ext(ContextHandle context, byte* destination, nuint size, int sequence, uint flags);

    [LibraryImport(Library)]
    internal static partial nuint llama_state_seq_set_data_ext(ContextHandle context, byte* source, nuint size, int sequence, uint flags);
}
