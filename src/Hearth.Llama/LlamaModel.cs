using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Hearth.Llama.Native;

namespace Hearth.Llama;

/// <summary>Weights and vocabulary of one model. Reading it is thread-safe; contexts made of it keep it alive.</summary>
public sealed class LlamaModel : IDisposable
{
    /// <summary>Longest metadata value that is read; chat templates are the largest.</summary>
    private const int MetadataLimitBytes = 1 << 20;

    private LlamaModel(ModelHandle handle)
    {
        Handle = handle;
        Vocab = new LlamaVocab(handle);
    }

    internal ModelHandle Handle { get; }

    /// <summary>The vocabulary.</summary>
    public LlamaVocab Vocab { get; }

    /// <summary>Context length the model was trained on, in tokens.</summary>
    public int TrainedContext => LlamaNative.llama_model_n_ctx_train(Handle);

    /// <summary>Width of the residual stream.</summary>
    public int EmbeddingLength => LlamaNative.llama_model_n_embd(Handle);

    /// <summary>Number of layers.</summary>
    public int LayerCount => LlamaNative.llama_model_n_layer(Handle);

    /// <summary>Attention heads per layer.</summary>
    public int HeadCount => LlamaNative.llama_model_n_head(Handle);

    /// <summary>Key and value heads per layer.</summary>
    public int KvHeadCount => LlamaNative.llama_model_n_head_kv(Handle);

    /// <summary>Tokens a sliding-window layer sees; 0 without such layers.</summary>
    public int SlidingWindow => LlamaNative.llama_model_n_swa(Handle);

    /// <summary>All state is recurrent.</summary>
    public bool IsRecurrent => LlamaNative.llama_model_is_recurrent(Handle) != 0;

    /// <summary>Some layers attend, some are recurrent.</summary>
    public bool IsHybrid => LlamaNative.llama_model_is_hybrid(Handle) != 0;

    /// <summary>Has an encoder, whose prompt is not decoded.</summary>
    public bool HasEncoder => LlamaNative.llama_model_has_encoder(Handle) != 0;

    /// <summary>Can generate text token by token.</summary>
    public bool HasDecoder => LlamaNative.llama_model_has_decoder(Handle) != 0 && LlamaNative.llama_model_is_diffusion(Handle) == 0;

    /// <summary>Size of all tensors in bytes.</summary>
    public ulong SizeBytes => LlamaNative.llama_model_size(Handle);

    /// <summary>Number of parameters.</summary>
    public ulong ParameterCount => LlamaNative.llama_model_n_params(Handle);

    /// <summary>Architecture, size and quantisation in llama.cpp's words.</summary>
    public unsafe string Description
    {
        get
        {
            byte* buffer = stackalloc byte[256];
            LlamaNative.llama_model_desc(Handle, buffer, 256);
            return Utf8.Read(buffer);
        }
    }

    /// <summary>Loads a model whose files were checked before: damaged files can end the process in native code.</summary>
    /// <param name="options">What to load.</param>
    /// <param name="progress">Called with 0 to 1 on this thread; returning false cancels.</param>
    /// <exception cref="OperationCanceledException"><paramref name="progress"/> cancelled.</exception>
    /// <exception cref="LlamaException">The library refused the file; its log says why.</exception>
    public static LlamaModel Load(LlamaModelOptions options, Func<float, bool>? progress = null)
    {
        foreach (string path in options.Paths)
        {
            if (!File.Exists(path))
                throw new LlamaException($"{path} does not exist.");
        }

        ProgressState state = new(progress);
        GCHandle pinned = GCHandle.Alloc(state);
        try
        {
            ModelHandle handle = LoadNative(options, progress is null ? 0 : GCHandle.ToIntPtr(pinned));
            if (state.Error is { } error)
                throw new OperationCanceledException("The progress callback failed.", error);
            if (handle.IsInvalid && state.IsCancelled)
                throw new OperationCanceledException("Loading was cancelled.");
            return handle.IsInvalid
                ? throw new LlamaException($"llama.cpp cannot load {options.Paths[0]}: run with --log-level debug to see its reason.")
                : new LlamaModel(handle);
        }
        finally
        {
            pinned.Free();
        }
    }

    /// <summary>A value of the file's metadata as text, or null.</summary>
    public unsafe string? Metadata(string key)
    {
        byte[] buffer = new byte[256];
        for (int attempt = 0; attempt < 2; attempt++)
        {
            int length;
            fixed (byte* pointer = buffer)
                length = LlamaNative.llama_model_meta_val_str(Handle, key, pointer, (nuint)buffer.Length);
            if (length < 0)
                return null;
            if (length < buffer.Length)
                return Encoding.UTF8.GetString(buffer, 0, length);
            buffer = new byte[Math.Min(length + 1, MetadataLimitBytes)];
        }

        return null;
    }

    /// <summary>The Jinja template in the file, or null. <paramref name="name"/> picks one of several, for example <c>tool_use</c>.</summary>
    public unsafe string? ChatTemplate(string? name = null)
    {
        byte* text = LlamaNative.llama_model_chat_template(Handle, name);
        return text is null ? null : Utf8.Read(text);
    }

    /// <summary>A context over this model.</summary>
    /// <exception cref="LlamaException">The library refused, mostly for lack of memory.</exception>
    public LlamaContext CreateContext(LlamaContextOptions options) => new(this, options);

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    private static unsafe ModelHandle LoadNative(LlamaModelOptions options, nint progressState)
    {
        ModelParams parameters = LlamaNative.llama_model_default_params();
        parameters.GpuLayers = options.GpuLayers;
        parameters.VocabOnly = (byte)(options.VocabularyOnly ? 1 : 0);
        if (progressState != 0)
        {
            parameters.ProgressCallback = &ReportProgress;
            parameters.ProgressCallbackUserData = progressState;
        }

        if (options.Paths.Count == 1)
            return LlamaNative.llama_model_load_from_file(options.Paths[0], parameters);

        nint[] paths = [.. options.Paths.Select(Marshal.StringToCoTaskMemUTF8)];
        try
        {
            fixed (nint* first = paths)
                return LlamaNative.llama_model_load_from_splits((byte**)first, (nuint)paths.Length, parameters);
        }
        finally
        {
            foreach (nint path in paths)
                Marshal.FreeCoTaskMem(path);
        }
    }

    /// <summary>No exception may cross into native code.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte ReportProgress(float fraction, nint userData) =>
        (byte)(GCHandle.FromIntPtr(userData).Target is ProgressState state && !state.Report(fraction) ? 0 : 1);

    private sealed class ProgressState(Func<float, bool>? progress)
    {
        public bool IsCancelled { get; private set; }

        public Exception? Error { get; private set; }

        public bool Report(float fraction)
        {
            try
            {
                IsCancelled = progress?.Invoke(fraction) == false;
            }
#pragma warning disable CA1031 // Native code is the outermost loop here.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Error = e;
            }

            return !IsCancelled && Error is null;
        }
    }
}
