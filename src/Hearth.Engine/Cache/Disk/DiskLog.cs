using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Hearth.Engine.Cache.Disk;

/// <summary>Says what is wrong with a disk once, whichever thread meets it. Thread-safe.</summary>
internal sealed class DiskLog(ILogger log)
{
    // One entry per kind of failure.
    private readonly ConcurrentDictionary<string, bool> _said = new(StringComparer.Ordinal);

    /// <summary>Says it unless something of the kind was said before.</summary>
    public void Once(string kind, Action<ILogger, string> say)
    {
        if (_said.TryAdd(kind, true)) say(log, kind);
    }
}
