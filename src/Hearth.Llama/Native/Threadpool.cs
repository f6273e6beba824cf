namespace Hearth.Llama.Native;

/// <summary>
/// Threads that stay for as long as a context does. Without them the library makes and ends its threads in every single graph, and where
/// the machine has no core to spare each of them waits for the scheduler first. Freed after the context that uses it.
/// </summary>
internal sealed unsafe class Threadpool : IDisposable
{
    /// <summary>Twice what <c>ggml_threadpool_params</c> takes; the library fills it, and nothing here reads it.</summary>
    private const int ParamsBytes = 1056;

    private readonly delegate* unmanaged[Cdecl]<nint, void> _free;
    private nint _pool;

    private Threadpool(nint pool, delegate* unmanaged[Cdecl]<nint, void> free)
    {
        _pool = pool;
        _free = free;
    }

    /// <summary>Gives a context threads of its own; null where the CPU backend cannot make any, which only costs speed.</summary>
    public static Threadpool? Attach(ContextHandle context, int threads)
    {
        nint device = GgmlNative.ggml_backend_dev_by_type((int)LlamaDeviceKind.Cpu);
        if (device == 0)
            return null;
        nint registry = GgmlNative.ggml_backend_dev_backend_reg(device);
        var create = (delegate* unmanaged[Cdecl]<byte*, nint>)GgmlNative.ggml_backend_reg_get_proc_address(registry, "ggml_threadpool_new");
        var free = (delegate* unmanaged[Cdecl]<nint, void>)GgmlNative.ggml_backend_reg_get_proc_address(registry, "ggml_threadpool_free");
        if (create is null || free is null)
            return null;
        byte* parameters = stackalloc byte[ParamsBytes];
        GgmlNative.ggml_threadpool_params_init(parameters, threads);
        nint pool = create(parameters);
        if (pool == 0)
            return null;
        LlamaNative.llama_attach_threadpool(context, pool, pool);
        return new Threadpool(pool, free);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_pool != 0)
            _free(_pool);
        _pool = 0;
    }
}
